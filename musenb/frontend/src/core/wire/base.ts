// Written by `python -m musenb.widgets.wire.typescript` from musenb.widgets.wire.base. Do not edit.

export const CHUNK_BYTES = 1000000;

/** The traits that every view has. */
export type ViewState = {
  error: string;
  description: string;
  clock_id: string;
  own_id: string;
};

/** Page to kernel: send all traits once more, for some of their changes were not heard. */
export type AskState = {
  kind: "state";
};
