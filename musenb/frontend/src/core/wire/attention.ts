// Written by `python -m musenb.widgets.wire.typescript` from musenb.widgets.wire.attention. Do not edit.

import type { Piece } from "./notes";

export type AttentionWhat = "weights" | "content" | "relative";

export type AttentionLevel = "tokens" | "notes";

export type AttentionOrder = "time" | "voice";

/** One head; both are counted from 0. */
export type HeadId = readonly [layer: number, head: number];

/** The traits of an attention view. */
export type AttentionState = {
  error: string;
  description: string;
  clock_id: string;
  own_id: string;
  notes: DataView;
  squeezed: boolean;
  version: number;
  seq: number;
  streaming: boolean;
  piece: Piece;
  layers: number;
  heads: number;
  tokens: readonly [number, number];
  kinds: readonly ("weights" | "content" | "relative")[];
  layer: number;
  head: number;
  what: "weights" | "content" | "relative";
  level: "tokens" | "notes";
  order: "time" | "voice";
  query: "mean" | "first" | "last";
  overview: DataView;
  overview_shape: readonly number[];
  overview_scales: readonly number[];
  overview_level: "tokens" | "notes";
  query_notes: DataView;
  key_notes: DataView;
  labels: readonly string[];
  query_labels: readonly string[] | null;
  arc_heads: readonly HeadId[];
  top_k: number;
  threshold: number;
  shared_arcs: boolean;
  revision: number;
  live: boolean;
};

/** Page to kernel: one head; rows and columns are half-open ranges, shrunk to at most `size` cells a side. */
export type AttentionRequest = {
  kind: "matrix";
  request: number;
  layer: number;
  head: number;
  what: "weights" | "content" | "relative";
  level: "tokens" | "notes";
  order: "time" | "voice";
  rows: readonly [number, number];
  columns: readonly [number, number];
  size: number;
};

/** Kernel to page: a matrix, uint8 row by row in the only buffer: 0 is nothing, else offset + scale * (byte - 1). */
export type AttentionReply = {
  kind: "matrix";
  request: number;
  layer: number;
  head: number;
  what: "weights" | "content" | "relative";
  level: "tokens" | "notes";
  order: "time" | "voice";
  rows: readonly [number, number];
  columns: readonly [number, number];
  shape: readonly [number, number];
  scale: number;
  offset: number;
};

/** Page to kernel: whole rows of some heads as they are, in the order of time. */
export type AttentionRowsRequest = {
  kind: "rows";
  request: number;
  heads: readonly HeadId[];
  what: "weights" | "content" | "relative";
  level: "tokens" | "notes";
  rows: readonly number[];
};

/** Kernel to page: float32 [heads, rows, columns] in the only buffer; NaN is nothing. */
export type AttentionRowsReply = {
  kind: "rows";
  request: number;
  heads: readonly HeadId[];
  what: "weights" | "content" | "relative";
  level: "tokens" | "notes";
  rows: readonly number[];
  columns: number;
};
