// Written by `python -m musenb.widgets.wire.typescript` from musenb.export.palette. Do not edit.

export const VOICES_ON_LIGHT = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"] as const;

export const VOICES_ON_DARK = ["#56b4e9", "#e69f00", "#2fbf95", "#cc79a7", "#f0e442", "#ff8a3d"] as const;

export const GENERATED_ON_LIGHT = "#0072b2";

export const GENERATED_ON_DARK = "#56b4e9";

export const LIKELY_ON_LIGHT = "#d55e00";

export const LIKELY_ON_DARK = "#e69f00";
