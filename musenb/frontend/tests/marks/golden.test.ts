/** Golden pictures of the marks, in both themes. After a change that is meant: `npx vitest run -u`, and look at them. */

import { describe, expect, test } from "vitest";
import { drawArcs, layoutArcs } from "../../src/marks/arcs";
import { curveScale, drawCurve } from "../../src/marks/curve";
import { drawGuesses } from "../../src/marks/guesses";
import { drawKeyboard, layoutKeys } from "../../src/marks/keyboard";
import { drawMatrix, matrixPixels } from "../../src/marks/matrix";
import type { Axis } from "../../src/marks/matrix-axis";
import { signedRamp, weightRamp } from "../../src/marks/ramp";
import { drawThumbnails, gridSize } from "../../src/marks/thumbnails";
import { encodeNotes } from "../../src/core/table";
import type { Theme } from "../../src/core/theme";
import { quarters } from "../../src/core/units";
import type { Bar } from "../../src/core/wire/notes";
import { SvgContext, type Pixels } from "../picture";

const LIGHT: Theme = {
  dark: false,
  paper: "#fff",
  panel: "#f7f7f7",
  ink: "#222",
  faint: "#666",
  line: "#bbb",
  grid: "#ddd",
  accent: "#1976d2",
  warn: "#c62828",
  font: "sans-serif",
  generated: "#0072b2",
  likely: "#d55e00",
  voices: ["#0072b2", "#d55e00", "#009e73", "#cc79a7"],
  still: false,
};
const DARK: Theme = {
  ...LIGHT,
  dark: true,
  paper: "#111",
  panel: "#212121",
  ink: "#eee",
  faint: "#aaa",
  line: "#666",
  grid: "#444",
  generated: "#56b4e9",
  likely: "#e69f00",
  voices: ["#56b4e9", "#e69f00", "#2fbf95", "#cc79a7"],
};
const NAMES = ["G4", "D4", "B3", "G2", "A4", "F♯4", "D4", "D3"];

// A head that looks at its own voice, four notes back: causal, eight notes in two bars.
const bytes = Uint8Array.from({ length: 64 }, (_, place) => {
  const [row, column] = [Math.floor(place / 8), place % 8];
  return column > row ? 0 : row - column === 4 ? 255 : 1 + 20 * (8 - (row - column));
});
const image = (dark: boolean, signed: boolean): CanvasImageSource => {
  const matrix = {
    bytes,
    rows: [0, 8],
    columns: [0, 8],
    shape: [8, 8],
    scale: 0.002,
    offset: signed ? -0.25 : 0,
  } as const;
  const data = matrixPixels(matrix, signed ? signedRamp(dark, 0.002, -0.25) : weightRamp(dark));
  return { width: 8, height: 8, data } satisfies Pixels as unknown as CanvasImageSource;
};

const picture = (
  name: string,
  width: number,
  height: number,
  theme: Theme,
  draw: (context: CanvasRenderingContext2D) => void,
) => {
  const svg = new SvgContext();
  draw(svg.context);
  return expect(svg.svg(width, height, theme.paper)).toMatchFileSnapshot(
    `../golden/${name}-${theme.dark ? "dark" : "light"}.svg`,
  );
};

describe.each([LIGHT, DARK])("dark: $dark", (theme) => {
  const axis: Axis = {
    ticks: [
      { at: 0, label: "1" },
      { at: 4, label: "2" },
    ],
    colour: (index) => theme.voices[index % 4],
    name: (index) => NAMES[index] ?? "",
  };
  const whole = { rows: [0, 8], columns: [0, 8] } as const;
  const part = {
    ...whole,
    shape: [8, 8] as const,
    rows: axis,
    columns: axis,
    part: whole,
    playing: undefined,
  };

  test("matrix", () =>
    picture("matrix", 400, 300, theme, (context) =>
      drawMatrix(
        context,
        {
          ...part,
          window: whole,
          image: image(theme.dark, false),
          selectedRows: [5],
          selectedColumns: [1],
          cursor: { row: 5, column: 1 },
          value: () => "",
        },
        400,
        300,
        theme,
      ),
    ));

  test("matrix of logits, near, with values", () =>
    picture("matrix-near", 400, 300, theme, (context) =>
      drawMatrix(
        context,
        {
          ...part,
          window: { rows: [3.5, 7.5], columns: [0.5, 4.5] },
          image: image(theme.dark, true),
          selectedRows: [],
          selectedColumns: [],
          cursor: undefined,
          playing: { row: 5, column: 3 },
          value: (row, column) => (column > row ? "" : `+${row - column}.00`),
        },
        400,
        300,
        theme,
      ),
    ));

  test("thumbnails", () => {
    const grid = {
      layers: 2,
      heads: 3,
      shown: [1, 0] as const,
      image: (layer: number) => (layer ? image(theme.dark, false) : undefined),
      arc: (layer: number, head: number) =>
        layer === 1 && head < 2 ? theme.voices[head] : undefined,
    };
    const { width, height } = gridSize(grid, 48);
    return picture("thumbnails", width, height, theme, (context) =>
      drawThumbnails(context, grid, 48, theme),
    );
  });

  test("arcs", () => {
    const boxes = new Map(
      [
        ["a", 20],
        ["b", 120],
        ["c", 300],
      ].map(([id, x]) => [id, { x: Number(x), y: 100, width: 30, height: 8 }]),
    );
    const arc = (to: string, weight: number, head: number) => ({
      from: "c",
      to,
      weight,
      head,
      name: "",
    });
    return picture("arcs", 340, 120, theme, (context) => {
      context.fillStyle = theme.ink;
      for (const { x, y, width, height } of boxes.values()) context.fillRect(x, y, width, height);
      drawArcs(
        context,
        layoutArcs(
          [arc("a", 0.6, 0), arc("b", 0.1, 0), arc("b", 0.3, 5)],
          (id) => boxes.get(id),
          theme,
        ),
      );
    });
  });

  test("keyboard", () =>
    picture("keyboard", 420, 160, theme, (context) =>
      drawKeyboard(
        context,
        layoutKeys(60, 76, 420, 100, 58),
        {
          sounding: new Map([
            [62, -1],
            [66, 2],
          ]),
          shares: new Map([
            [67, 0.41],
            [69, 0.22],
            [70, 0.1],
            [73, 0.004],
          ]),
          chosen: new Set(),
          cursor: 64,
          letters: new Map([
            [60, "A"],
            [61, "W"],
          ]),
        },
        { width: 420, height: 160 },
        theme,
      ),
    ));

  const notes = encodeNotes(
    [0, 1, 2, 4, 5].map((onset, place) => ({
      onset: quarters(onset),
      duration: quarters(1),
      pitch: 60 + 2 * place,
      velocity: 80,
      voice: place % 2,
      generated: onset > 3,
      fermata: false,
    })),
  );
  const bars = [
    [0, 4, 1, 4, 4, 1],
    [4, 8, 2, 4, 4, 1],
  ] as unknown as readonly Bar[];

  test.each([[1], [2]])("curve of %i", (count) => {
    const lines = [
      { name: "one", values: [1, 3, 2, 0.5, null] },
      { name: "two", values: [2, 2, 4, 1, 1] },
    ].slice(0, count);
    const scale = curveScale(
      lines.map(({ values }) => values),
      8,
      { width: 420, height: 110 },
    );
    return picture(`curve-${count}`, 420, 110, theme, (context) =>
      drawCurve(context, {
        table: notes,
        bars,
        lines,
        scale,
        selected: new Set([2]),
        hover: -1,
        playhead: 3,
        theme,
      }),
    );
  });

  test("layers' guesses", () =>
    picture("guesses", 420, 30, theme, (context) =>
      drawGuesses(
        context,
        layoutKeys(60, 76, 420),
        [
          {
            label: "input",
            shares: new Map([
              [60, 0.2],
              [64, 0.1],
            ]),
          },
          {
            label: "layer 1",
            shares: new Map([
              [66, 0.7],
              [67, 0.2],
            ]),
          },
        ],
        { width: 420, height: 30 },
        theme,
      ),
    ));
});
