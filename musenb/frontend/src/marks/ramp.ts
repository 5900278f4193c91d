/** Colour maps: for weights from the paper to ink, for logits blue above and orange below zero. */

type Colour = readonly [number, number, number];

/** 256 colours, RGBA, for the bytes of a matrix; that of byte 0, nothing, is clear. */
export type Ramp = Uint8ClampedArray;

// Lightness runs one way, so they are read without colour too.
const WEIGHTS_ON_LIGHT: readonly Colour[] = [
  [236, 242, 247],
  [120, 178, 214],
  [0, 104, 168],
  [0, 28, 64],
];
const WEIGHTS_ON_DARK: readonly Colour[] = [
  [30, 37, 48],
  [24, 92, 140],
  [84, 178, 200],
  [252, 246, 200],
];
const SIGNED_ON_LIGHT: readonly Colour[] = [
  [140, 60, 0],
  [240, 170, 90],
  [247, 247, 247],
  [100, 170, 220],
  [0, 60, 120],
];
const SIGNED_ON_DARK: readonly Colour[] = [
  [255, 190, 110],
  [170, 90, 20],
  [38, 40, 44],
  [30, 110, 170],
  [150, 215, 255],
];

function between(stops: readonly Colour[], share: number): Colour {
  const at = Math.min(Math.max(share, 0), 1) * (stops.length - 1);
  const low = Math.min(Math.floor(at), stops.length - 2);
  const [a, b] = [stops[low] as Colour, stops[low + 1] as Colour];
  const mix = (channel: 0 | 1 | 2) =>
    Math.round(a[channel] + (at - low) * (b[channel] - a[channel]));
  return [mix(0), mix(1), mix(2)];
}

function ramp(stops: readonly Colour[], shareOf: (step: number) => number): Ramp {
  const colours = new Uint8ClampedArray(4 * 256);
  for (let byte = 1; byte < 256; byte++)
    colours.set([...between(stops, shareOf(byte - 1)), 255], 4 * byte);
  return colours;
}

/** Return the colours of weights; the eye gets the root, since most weights are small. */
export function weightRamp(dark: boolean): Ramp {
  return ramp(dark ? WEIGHTS_ON_DARK : WEIGHTS_ON_LIGHT, (step) => Math.sqrt(step / 254));
}

/** Return the colours of logits that are offset + scale * step: zero is neutral, both sides have one scale. */
export function signedRamp(dark: boolean, scale: number, offset: number): Ramp {
  const most = Math.max(Math.abs(offset), Math.abs(offset + 254 * scale)) || 1;
  return ramp(
    dark ? SIGNED_ON_DARK : SIGNED_ON_LIGHT,
    (step) => 0.5 + (offset + scale * step) / (2 * most),
  );
}

/** Return a ramp as a CSS gradient, for a legend. */
export function gradient(colours: Ramp): string {
  const stops = [1, 33, 65, 97, 129, 161, 193, 225, 255].map(
    (byte) => `rgb(${[...colours.slice(4 * byte, 4 * byte + 3)].join(" ")})`,
  );
  return `linear-gradient(90deg, ${stops.join(", ")})`;
}
