/** Question view: the answer is given before anything is revealed, and written down by the kernel. */

import { button, element } from "../core/dom";
import { mount, type View } from "../core/mount";
import { choiceField, keysField, textField, type Field, type Keys } from "../question/fields";
import { musicRow, Pieces } from "../question/music";
import css from "../question/question.css";
import { handOf } from "../sound/synth";
import { pitchName } from "../core/units";
import type { AnswersFile, AskForAnswers, GiveAnswer, QuestionState } from "../core/wire/question";

const PATIENCE_MS = 4000;
const DRAFT_MS = 400;
const NO_KERNEL = "Nothing answers: run the cell again. What you wrote is still here.";

type QuestionView = View<QuestionState, Pieces>;

export default mount<QuestionState, Pieces>({
  label: "Question",
  store: (model, life, clockId) => new Pieces(model, life, clockId),
  view(view) {
    const { model, root, life } = view;
    const style = element("style");
    style.textContent = css;
    const ask = element(
      "p",
      { class: "mnb-question-ask" },
      element("span", { class: "mnb-question-key" }, model.get("key") ?? ""),
      model.get("ask") ?? "",
    );
    const sheet = new Sheet(view);
    root.append(
      style,
      element("div", { class: "mnb-question" }, ask, musicRow(view.store, life), ...sheet.parts),
    );
    files(view);
  },
});

/** Field, reason, button and what is said below them. */
class Sheet {
  readonly #view: QuestionView;
  readonly #field: Field | Keys;
  readonly #why: Field | undefined;
  readonly #keep = button("Keep my answer", "Keep my answer", { class: "mnb-question-keep" });
  readonly #note = element("span", { class: "mnb-faint" });
  readonly #told = element("p", { class: "mnb-question-told", "aria-live": "polite" });
  readonly #foot = element("p", { class: "mnb-question-foot" });
  readonly #save = button("Save the file", "Save the file with all my answers, to hand it in");
  #cancelDraft = () => {};
  #waiting = () => {};

  constructor(view: QuestionView) {
    this.#view = view;
    const { model, life } = view;
    this.#field = this.#fieldOf();
    this.#why = model.get("why") ? textField("Why?", 2, life, () => this.#changed()) : undefined;
    life.on(this.#keep, "click", () => this.#give());
    life.on(this.#save, "click", () => model.post<AskForAnswers>({ kind: "answers" }));
    for (const name of [
      "given",
      "given_why",
      "changes",
      "kept",
      "kept_at",
      "told",
      "verdict",
    ] as const) {
      model.on(`change:${name}`, life, () => this.#show());
    }
    model.on("change:changes", life, () => {
      this.#waiting();
      this.#note.textContent = "";
      view.say(`Your answer is kept. ${model.get("told") ?? ""}`);
    });
    model.on("change:error", life, () => {
      this.#waiting();
      this.#note.textContent = "";
    });
    this.#fill(
      model.get("draft") || model.get("given") || "",
      model.get("draft_why") || model.get("given_why") || "",
    );
    this.#show();
  }

  get parts(): HTMLElement[] {
    const why = this.#why
      ? [element("label", { class: "mnb-question-why" }, "Why?", this.#why.element)]
      : [];
    const bar = element("div", { class: "mnb-bar" }, this.#keep, this.#save, this.#note);
    return [this.#field.element, ...why, bar, this.#told, this.#foot];
  }

  #fieldOf(): Field {
    const { model, life } = this.#view;
    const changed = () => this.#changed();
    const ask = model.get("ask") ?? "";
    switch (model.get("kind")) {
      case "text":
        return textField(ask || "Your answer", 3, life, changed);
      case "note": {
        const hand = handOf(model, life);
        const keys = keysField(
          model.get("low"),
          model.get("high"),
          life,
          (pitch) => hand.tap(pitch),
          changed,
          (pitch) => this.#nameOf(pitch),
        );
        this.#view.onTheme((theme) => keys.repaint(theme));
        return keys;
      }
      default:
        return choiceField(ask, model.get("options") ?? [], life, changed);
    }
  }

  /** Return a pitch as it is called in the key of the music. */
  #nameOf(pitch: number): string {
    return pitchName(pitch, this.#view.model.get("music")?.[0]?.piece.alters);
  }

  #fill(answer: string, why: string): void {
    this.#field.show(answer);
    this.#why?.show(why);
  }

  #changed(): void {
    const { model, life } = this.#view;
    this.#cancelDraft();
    this.#cancelDraft = life.after(DRAFT_MS, () =>
      model.set({ draft: this.#field.value(), draft_why: this.#why?.value() ?? "" }),
    );
    this.#show();
  }

  #give(): void {
    const { model, life } = this.#view;
    const [answer, why] = [this.#field.value(), this.#why?.value() ?? ""];
    this.#cancelDraft();
    if (!model.get("live")) {
      const solution = model.get("solution") ?? "";
      const verdict = solution ? (answer === solution ? "right" : "wrong") : "told";
      return model.set({ given: answer, given_why: why, verdict });
    }
    model.post<GiveAnswer>({ kind: "answer", answer, why });
    this.#note.textContent = "…";
    this.#waiting();
    this.#waiting = life.after(PATIENCE_MS, () => (this.#note.textContent = NO_KERNEL));
  }

  #show(): void {
    const { model } = this.#view;
    const [given, live] = [model.get("given") ?? "", model.get("live") ?? true];
    const value = this.#field.value();
    const same = value === given && (this.#why?.value() ?? "") === (model.get("given_why") ?? "");
    const name = !live ? "Answer" : !given ? "Keep my answer" : same ? "Kept" : "Keep the change";
    (this.#keep.firstElementChild ?? this.#keep).textContent = name;
    this.#keep.setAttribute("aria-label", name);
    this.#keep.title = name;
    this.#keep.disabled = !value || (same && given !== "");
    this.#save.hidden = !live || !given;
    this.#told.hidden = !given || !this.#words();
    this.#told.textContent = this.#words();
    this.#told.dataset.verdict = model.get("verdict") ?? "";
    this.#foot.hidden = live && !given;
    this.#foot.textContent = live ? this.#where() : "This page writes nothing down.";
  }

  /** What is told once there is an answer; a page without kernel puts the solution before it. */
  #words(): string {
    const { model } = this.#view;
    const [told, solution] = [model.get("told") ?? "", model.get("solution") ?? ""];
    if (model.get("live") ?? true) return told;
    if (!solution) return told;
    const shown = model.get("kind") === "note" ? this.#nameOf(Number(solution)) : solution;
    const stop = /[.!?]$/.test(shown) ? "" : ".";
    const right = model.get("verdict") === "right";
    const verdict = right ? "That is right." : `The answer is: ${shown}${stop}`;
    return `${verdict} ${told}`.trim();
  }

  #where(): string {
    const { model } = this.#view;
    const [at, changes] = [model.get("kept_at"), model.get("changes") ?? 0];
    const when = at
      ? new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" })
      : "";
    const often = changes > 1 ? `, answered ${changes} times` : "";
    return `${when}${often}: ${model.get("kept") ?? ""}`;
  }
}

/** Let the browser save the file of answers. */
function files({ model, life, say }: QuestionView): void {
  model.onMessage<AnswersFile>("answers", life, ({ name }, [buffer]) => {
    if (!buffer) return;
    const bytes = new Uint8Array(
      buffer.buffer as ArrayBuffer,
      buffer.byteOffset,
      buffer.byteLength,
    ).slice();
    const address = URL.createObjectURL(new Blob([bytes], { type: "application/x-ndjson" }));
    element("a", { href: address, download: name }).click();
    life.after(60_000, () => URL.revokeObjectURL(address));
    life.atEnd(() => URL.revokeObjectURL(address));
    say(`${name} is saved`);
  });
}
