// Written by `python -m musenb.widgets.wire.typescript` from musenb.export.palette. Do not edit.

export const VOICES_ON_LIGHT = ["#8f102c", "#9f620d", "#2b7a69", "#5b2d8f", "#a8327f", "#5a6b12"] as const;

export const VOICES_ON_DARK = ["#f5626f", "#efa838", "#89e6d9", "#bb79f2", "#ff9fd0", "#c6d94a"] as const;

export const GENERATED_ON_LIGHT = "#0072b2";

export const GENERATED_ON_DARK = "#56b4e9";

export const LIKELY_ON_LIGHT = "#d55e00";

export const LIKELY_ON_DARK = "#e69f00";
