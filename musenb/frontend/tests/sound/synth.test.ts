import { afterEach, describe, expect, test, vi } from "vitest";
import { PageAudio } from "../../src/sound/synth";

/** Stand in for the browser's audio: a context that stays suspended, with its own way to resume. */
function browserWith(resume: () => Promise<void>): void {
  class Context extends EventTarget {
    state = "suspended";
    destination = {};
    resume = resume;
  }
  const node = () => ({ connect: () => node(), gain: {} });
  vi.stubGlobal("AudioContext", Context);
  for (const name of ["GainNode", "AnalyserNode"])
    vi.stubGlobal(name, function () {
      return node();
    });
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("a page without sound", () => {
  afterEach(() => vi.unstubAllGlobals());

  test("is lost where the browser has no audio, and says so to who loads the engine", async () => {
    vi.stubGlobal("AudioContext", undefined);
    const audio = new PageAudio();
    const asked = () => Promise.reject(new Error("asked"));
    await expect(audio.load(asked)).rejects.toThrow("No sound here");
    audio.resume();
    expect([audio.lost, audio.running, audio.held]).toEqual([true, false, false]);
  });

  test("is lost where no device can be opened, until one can", async () => {
    browserWith(() => Promise.reject(new Error("no device")));
    const audio = new PageAudio();
    audio.resume();
    await settled();
    expect(audio.lost).toBe(true);
    Object.assign(audio.context, { state: "running" });
    audio.context.dispatchEvent(new Event("statechange"));
    expect(audio.lost).toBe(false);
  });

  test("is not lost while the browser holds the sound back", async () => {
    browserWith(() => new Promise(() => undefined));
    const audio = new PageAudio();
    audio.resume();
    await settled();
    expect(audio.lost).toBe(false);
  });
});
