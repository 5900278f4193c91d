import { contract } from "../contract";
import { encodeNotes } from "../../src/core/table";
import { quarters } from "../../src/core/units";

const table = encodeNotes(
  [60, 64, 67, 72].map((pitch, n) => ({
    onset: quarters(n),
    duration: quarters(1),
    pitch,
    velocity: 80,
    voice: n % 2,
    generated: n > 1,
    fermata: false,
  })),
);
const state = {
  notes: new DataView(table.onset.buffer),
  piece: {
    title: "",
    voices: ["alto", "bass"],
    bars: [[0, 4, 1, 4, 4, 1]],
    tempos: [[0, 60]],
    keys: [],
    end: 4,
  },
};

contract(
  "roll",
  () => import("../../src/widgets/roll"),
  state,
  (el) => {
    const canvas = el.querySelector("canvas")!;
    const press = (key: string, more: KeyboardEventInit = {}) =>
      canvas.dispatchEvent(
        new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }),
      );
    for (const key of ["ArrowRight", "ArrowUp", "+", "l", "f", "n", "Delete", "Escape"]) press(key);
    press("z", { ctrlKey: true });
    press(" ");
    for (const button of el.querySelectorAll("button")) button.click();
  },
);
