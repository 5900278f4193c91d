import type { AnyModel, AnyWidget } from "@anywidget/types";
import { afterEach, describe, expect, test } from "vitest";
import { signOf } from "../../src/core/icons";
import { start, unpack, type PageContent } from "../../src/page/page";

const shown: AnyWidget = {
  initialize({ model }: { model: AnyModel }) {
    model.set("started", true);
  },
  render({ model, el }: { model: AnyModel; el: HTMLElement }) {
    const draw = () => (el.textContent = String(model.get("title")));
    model.on("change:title", draw);
    draw();
    el.addEventListener("click", () => model.send({ kind: "take", act: "select", id: "t2" }));
  },
};
const content: PageContent = {
  bundles: { roll: "" },
  parts: [
    { id: "one", bundle: "roll", state: { title: "first", notes: { bytes: "AQID" } } },
    { id: "two", bundle: "roll", state: { title: "other", engine: "IPY_MODEL_one" } },
  ],
  takes: { t2: { one: { title: "second", notes: { bytes: "BA==" } } } },
};

afterEach(() => document.body.replaceChildren());

describe("a page without a kernel", () => {
  test("bytes are unpacked wherever they lie, and nothing else is", () => {
    const found = unpack({ a: [{ bytes: "AQI=" }, { bytes: 3 }], b: { bytes: "x", more: 1 } }) as {
      a: [DataView, unknown];
      b: unknown;
    };
    expect([found.a[0].byteLength, found.a[0].getUint8(1)]).toEqual([2, 2]);
    expect(found.a[1]).toEqual({ bytes: 3 });
    expect(found.b).toEqual({ bytes: "x", more: 1 });
  });

  test("views stand in their places, know each other, and show the take that is chosen", async () => {
    document.body.innerHTML = '<div data-part="one"><p>fallback</p></div>';
    const models = await start(content, document, () => Promise.resolve(shown));
    const place = document.querySelector<HTMLElement>("[data-part=one]")!;
    expect(place.textContent).toBe("first");
    expect(models.get("one")!.get("started")).toBe(true);
    const other = await models.get("two")!.widget_manager.get_model("one");
    expect(other.get("title")).toBe("first");
    await expect(models.get("two")!.widget_manager.get_model("three")).rejects.toThrow(
      "no model three",
    );
    place.click();
    expect(place.textContent).toBe("second");
    expect((models.get("one")!.get("notes") as DataView).getUint8(0)).toBe(4);
  });
});

describe("a take of which a view has nothing to show", () => {
  test("hides the view until another take is chosen", async () => {
    document.body.innerHTML = '<div data-part="one"></div><div data-part="two"></div>';
    const takes = { t2: { one: { title: "second" }, two: null }, t3: { two: { title: "third" } } };
    const models = await start({ ...content, takes }, document, () => Promise.resolve(shown));
    const [one, two] = [...document.querySelectorAll<HTMLElement>("[data-part]")] as [
      HTMLElement,
      HTMLElement,
    ];
    one.click();
    expect([one.hidden, two.hidden]).toEqual([false, true]);
    models.get("one")!.send({ kind: "take", act: "select", id: "t3" });
    expect([two.hidden, two.textContent]).toEqual([false, "third"]);
  });
});

describe("signs", () => {
  test("are drawings with their words beside them, or text", () => {
    const [drawing, words] = signOf("▶ Continue");
    expect((drawing as Element).tagName).toBe("svg");
    expect(words).toBe(" Continue");
    expect(signOf("M")).toEqual(["M"]);
    expect(signOf("1 2 3")).toEqual(["1 2 3"]);
    expect((signOf("🗑︎")[0] as Element).tagName).toBe("svg");
  });
});
