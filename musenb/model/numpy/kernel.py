"""Compiled single-token forward pass (numba): what `step` does, in one function.

A token costs the bytes that it reads. Weights that half precision holds without loss, as those of every shipped
checkpoint, are therefore kept in half precision and widened in registers; all sums are in single precision. The term
for distance is added to each key on the way, so that the two products of the paper are one.

`read` is compiled once, with all that it calls, and kept on disk; where no folder for that can be written, importing
this module raises RuntimeError. All of it is in this file: numba compiles it again when the file changes.

Dimensions: those of `decode` and `memory`, and N layers, E distances, P columns of all relations of a layer together,
Y of all relations to remembered items. A weight is float32, or uint16 that holds the bits of a half.

References
----------
Huang et al., "Music Transformer", arXiv 1809.04281 (2018), sections 3.4 and 4.1.1.
Muller, "Elementary Functions" (2016), chapter 3, for the exponential: 2^f by a polynomial in -1/2..1/2.
"""

# numba hands an intrinsic its first parameter itself.
# pyright: reportCallIssue=false
from __future__ import annotations

import math

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

FAST = {"fastmath": True, "nogil": True, "error_model": "numpy"}
LOG2_E, LEAST = np.float32(math.log2(math.e)), np.float32(-126)
ZERO, HALF, ONE = np.float32(0), np.float32(0.5), np.float32(1)
C1, C2, C3, C4, C5, C6 = (np.float32(math.log(2) ** n / math.factorial(n)) for n in range(1, 7))
GELU, CUBE = np.float32(2 * math.sqrt(2 / math.pi)), np.float32(0.044715)


@intrinsic
def single(_context, number):
    """Return a weight as float32."""
    # bitcast uint16 -> half, then widen: one vcvtph2ps where the processor has it.
    def generate(_context, builder, signature, arguments):
        if isinstance(signature.args[0], types.Float):
            return arguments[0]
        return builder.fpext(builder.bitcast(arguments[0], ir.HalfType()), ir.FloatType())

    return types.float32(number), generate


@intrinsic
def floor(_context, number):
    """Return the largest whole float32 that is not above a float32."""
    def generate(_context, builder, _signature, arguments):
        return builder.call(builder.module.declare_intrinsic("llvm.floor", [ir.FloatType()]), arguments)

    return types.float32(types.float32), generate


@intrinsic
def power_of_two(_context, exponent):
    """Return 2 to a whole float32 in -126..127."""
    # The exponent field of a float32, written as an integer: (n + 127) << 23.
    def generate(_context, builder, _signature, arguments):
        word = ir.IntType(32)
        bits = builder.shl(builder.add(builder.fptosi(arguments[0], word), word(127)), word(23))
        return builder.bitcast(bits, ir.FloatType())

    return types.float32(types.float32), generate


@njit(**FAST)
def exponential(x):
    """Return e^x, at least 2^-126 and at most 2^126."""
    # e^x = 2^whole * 2^f with f in -1/2..1/2, and 2^f by its Taylor polynomial of degree 6 (error 1e-7).
    t = min(max(x * LOG2_E, LEAST), -LEAST)
    whole = floor(t + HALF)
    f = t - whole
    return (ONE + f * (C1 + f * (C2 + f * (C3 + f * (C4 + f * (C5 + f * C6)))))) * power_of_two(whole)


@njit(**FAST)
def multiply(rows, matrix, out):
    """Write the products of rows (B, i) with a matrix (o, i) to `out` (B, o)."""
    # Rows of the batch inside: each row of the matrix is read from memory once for all of them, and widened once for
    # eight, or four.
    eights = rows.shape[0] // 8 * 8
    whole = rows.shape[0] // 4 * 4
    for o in range(matrix.shape[0]):
        weights = matrix[o]
        for b in range(0, eights, 8):
            ra, rb, rc, rd = rows[b], rows[b + 1], rows[b + 2], rows[b + 3]
            re, rf, rg, rh = rows[b + 4], rows[b + 5], rows[b + 6], rows[b + 7]
            s, t, u, v, w, x, y, z = ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO
            for i in range(weights.shape[0]):
                weight = single(weights[i])
                s, t, u, v = s + weight * ra[i], t + weight * rb[i], u + weight * rc[i], v + weight * rd[i]
                w, x, y, z = w + weight * re[i], x + weight * rf[i], y + weight * rg[i], z + weight * rh[i]
            out[b, o], out[b + 1, o], out[b + 2, o], out[b + 3, o] = s, t, u, v
            out[b + 4, o], out[b + 5, o], out[b + 6, o], out[b + 7, o] = w, x, y, z
        for b in range(eights, whole, 4):
            ra, rb, rc, rd = rows[b], rows[b + 1], rows[b + 2], rows[b + 3]
            a, c, e, g = ZERO, ZERO, ZERO, ZERO
            for i in range(weights.shape[0]):
                weight = single(weights[i])
                a, c, e, g = a + weight * ra[i], c + weight * rb[i], e + weight * rc[i], g + weight * rd[i]
            out[b, o], out[b + 1, o], out[b + 2, o], out[b + 3, o] = a, c, e, g
        for b in range(whole, rows.shape[0]):
            total = ZERO
            for i in range(weights.shape[0]):
                total += single(weights[i]) * rows[b, i]
            out[b, o] = total


@njit(**FAST)
def normalise(x, weight, out):
    """Write rows (B, D) divided by their root mean square, times a weight (D,), to `out`."""
    for b in range(x.shape[0]):
        total = ZERO
        for i in range(x.shape[1]):
            total += x[b, i] * x[b, i]
        scale = np.float32(1 / math.sqrt(total / x.shape[1] + 1e-6))
        for i in range(x.shape[1]):
            out[b, i] = x[b, i] * scale * weight[i]


@njit(**FAST)
def gate(both, out):
    """Write the gated linear units of gates and values (B, 2 * G) to `out` (B, G)."""
    inner = out.shape[1]
    for b in range(out.shape[0]):
        for i in range(inner):
            g = both[b, i]
            out[b, i] = g * both[b, inner + i] / (ONE + exponential(-GELU * (g + CUBE * g * g * g)))


@njit(**FAST)
def products(q, keys, out):
    """Write the products of q (Dh,) with keys (L, Dh) to `out` (L,)."""
    # Four keys a turn, here and below: heads are too narrow to fill the registers with one.
    whole = keys.shape[0] // 4 * 4
    for j in range(0, whole, 4):
        ka, kb, kc, kd = keys[j], keys[j + 1], keys[j + 2], keys[j + 3]
        a, b, c, e = ZERO, ZERO, ZERO, ZERO
        for d in range(q.shape[0]):
            x = q[d]
            a, b = a + x * single(ka[d]), b + x * single(kb[d])
            c, e = c + x * single(kc[d]), e + x * single(kd[d])
        out[j], out[j + 1], out[j + 2], out[j + 3] = a, b, c, e
    for j in range(whole, keys.shape[0]):
        total = ZERO
        for d in range(q.shape[0]):
            total += q[d] * single(keys[j, d])
        out[j] = total


@njit(**FAST)
def products_of_sums(q, keys, distances, out):
    """Write the products of q (Dh,) with keys + distances, both (L, Dh), to `out` (L,)."""
    whole = keys.shape[0] // 4 * 4
    for j in range(0, whole, 4):
        ka, kb, kc, kd = keys[j], keys[j + 1], keys[j + 2], keys[j + 3]
        da, db, dc, dd = distances[j], distances[j + 1], distances[j + 2], distances[j + 3]
        a, b, c, e = ZERO, ZERO, ZERO, ZERO
        for d in range(q.shape[0]):
            x = q[d]
            a, b = a + x * (ka[d] + single(da[d])), b + x * (kb[d] + single(db[d]))
            c, e = c + x * (kc[d] + single(dc[d])), e + x * (kd[d] + single(dd[d]))
        out[j], out[j + 1], out[j + 2], out[j + 3] = a, b, c, e
    for j in range(whole, keys.shape[0]):
        total = ZERO
        for d in range(q.shape[0]):
            total += q[d] * (keys[j, d] + single(distances[j, d]))
        out[j] = total


@njit(**FAST)
def add_relations(q, embeddings, steps, logits):
    """Add the terms for relations, with embeddings (P, Dh) that are met at steps (R, L), to logits (L,)."""
    terms = np.empty(embeddings.shape[0], np.float32)
    products(q, embeddings, terms)
    for r in range(steps.shape[0]):
        met = steps[r]
        for j in range(logits.shape[0]):
            logits[j] += terms[met[j]]


@njit(**FAST)
def softmax(logits):
    """Replace logits (L,) by their exponentials, up to a factor, and return the sum."""
    peak = logits[0]
    for j in range(logits.shape[0]):
        if logits[j] > peak:
            peak = logits[j]
    total = ZERO
    for j in range(logits.shape[0]):
        weight = exponential(logits[j] - peak)
        logits[j] = weight
        total += weight
    return total


@njit(**FAST)
def bring(weights, values, scale, out):
    """Write the sum of values (L, Dh) with their weights (L,), times a scale, to `out` (Dh,)."""
    # Four keys a turn: `out` is loaded and stored a quarter as often.
    whole = weights.shape[0] // 4 * 4
    out[:] = ZERO
    for j in range(0, whole, 4):
        a, b, c, d = weights[j], weights[j + 1], weights[j + 2], weights[j + 3]
        va, vb, vc, vd = values[j], values[j + 1], values[j + 2], values[j + 3]
        for i in range(out.shape[0]):
            out[i] += a * va[i] + b * vb[i] + c * vc[i] + d * vd[i]
    for j in range(whole, weights.shape[0]):
        for i in range(out.shape[0]):
            out[i] += weights[j] * values[j, i]
    for i in range(out.shape[0]):
        out[i] *= scale


@njit(**FAST)
def relative_terms(q, distances, embeddings, steps, out):
    """Write the terms for distance, (E, Dh) farthest first, and relations to `out` (L,)."""
    stop, span = out.shape[0], distances.shape[0]
    near = min(stop, span)
    out[:] = ZERO
    if span:
        products(q, distances[span - near :], out[stop - near :])
        out[: stop - near] = out[stop - near]
    if embeddings.shape[0]:
        add_relations(q, embeddings, steps, out)


@njit(**FAST)
def all_terms(q, keys, distances, embeddings, steps, out):
    """Write the logits of q (Dh,) for keys (L, Dh), with all relative terms, to `out` (L,)."""
    stop, span = out.shape[0], distances.shape[0]
    far = max(stop - span, 0) if span else stop
    products(q, keys[:far], out[:far])
    if span:
        products_of_sums(q, keys[far:], distances[span - stop + far :], out[far:])
        if far:
            edge = np.empty(1, np.float32)
            products(q, distances[:1], edge)
            out[:far] += edge[0]
    if embeddings.shape[0]:
        add_relations(q, embeddings, steps, out)


@njit(**FAST)
def attend_items(q, keys, terms, steps, nothing, values, out, taps):
    """Write the sum of the values of items, (M, Dh), with the weights that q (Dh,) gives their keys, to `out` (Dh,).

    Parameters
    ----------
    terms : float32 (Y,)
        Of q with each row of the relations.
    steps : int32 (S, M)
        Which of them each item meets.
    nothing : weight (Dh,)
        The key of "no item", whose value is 0.
    taps : tuple of float32 (M,)
        Content, relative and weights; empty when nothing is recorded.
    """
    count = keys.shape[0]
    logits = np.empty(count + 1, np.float32)
    products(q, keys, logits[:count])
    none = ZERO
    for d in range(q.shape[0]):
        none += q[d] * single(nothing[d])
    logits[count] = none
    recorded = taps[0].shape[0] > 0
    if recorded:
        taps[0][:] = logits[:count]
    for s in range(steps.shape[0]):
        met = steps[s]
        for j in range(count):
            logits[j] += terms[met[j]]
    if recorded:
        for j in range(count):
            taps[1][j] = logits[j] - taps[0][j]
    share = ONE / softmax(logits)
    bring(logits[:count], values, share, out)
    if recorded:
        for j in range(count):
            taps[2][j] = logits[j] * share


@njit(**FAST)
def read_items(x, k, readers, recalled, steps, taps):
    """Add what the k-th layer that reads the items takes from them to rows x (B, D); arrays as in `read`."""
    norms, query, out, nothing, relations, biases = readers
    keys, values = recalled
    content, relative, weights = taps
    rows, width = x.shape
    heads, columns, size = relations.shape[1:]
    h, q, joined = np.empty((rows, width), np.float32), np.empty((rows, width), np.float32), np.empty_like(x)
    terms, scale = np.empty(columns, np.float32), np.float32(1 / math.sqrt(size))
    normalise(x, norms[k], h)
    multiply(h, query[k], q)
    for b in range(rows):
        for head in range(heads):
            first = head * size
            mine = q[b, first : first + size]
            for d in range(size):
                mine[d] *= scale
            products(mine, relations[k, head], terms)
            for p in range(columns):
                terms[p] += biases[k, head, p]
            seen = keys[k, head], terms, steps[:, b], nothing[k, head], values[k, head]
            tapped = content[k, head, b], relative[k, head, b], weights[k, head, b]
            attend_items(mine, *seen, joined[b, first : first + size], tapped)
    multiply(joined, out[k], h)
    x += h


@njit(cache=True, **FAST)
def read(x, position, pairs, steps, blocks, items, taps, silent):
    """Return logits (B, V) of one position, and write its keys, its values and what is recorded.

    Parameters
    ----------
    x : float32 (B, D)
        The sum of the embeddings; the residual stream behind the last layer afterwards.
    position : int
    pairs : float32 (N, 2, H, B, C, Dh)
    steps : int32 (R, B, position + 1)
        Which of the P columns each key meets.
    blocks : tuple of arrays
        Norms (N, 2, D); mix (N, 3 * D, D), out (N, D, D), rise (N, 2 * G, D) and fall
        (N, D, G); distances (N, H, E, Dh), farthest first; relations (layers with any, H, P, Dh); behind the last
        layer a norm (D,) and the readout (V, D).
    items : tuple of tuples of arrays
        What the K layers that read the items are: which of them each layer is, int64 (N,), -1 for none. Their weights:
        norms (K, D); query and out (K, D, D); nothing (K, H, Dh); relations (K, H, Y, Dh) and biases (K, H, Y). The
        items: keys and values, float32 (K, H, M, Dh). Which of the Y columns each item meets, int32 (S, B, M). Their
        taps: content, relative and weights, float32 (K, H, B, M).
    taps : tuple of float32 arrays
        Residual (N + 1, B, D); content, relative and weights (N, H, B, position + 1); empty when nothing is recorded.
    silent : tuple
        Heads, bool (N, H); layers, bool (N,); whether the relative terms are left out.
    """
    norms, mix, out, rise, fall, distances, relations, last_norm, readout = blocks
    residual, content, relative, weights = taps
    heads_silent, layers_silent, relative_silent = silent
    reading, readers, recalled, item_steps, item_taps = items
    rows, width = x.shape
    count, _, heads, _, _, size = pairs.shape
    stop, scale, recorded = position + 1, np.float32(1 / math.sqrt(size)), residual.shape[0] > 0
    h, joined = np.empty((rows, width), np.float32), np.empty((rows, width), np.float32)
    mixed, both = np.empty((rows, 3 * width), np.float32), np.empty((rows, rise.shape[1]), np.float32)
    bent, logits = np.empty((rows, fall.shape[2]), np.float32), np.empty(stop, np.float32)
    if recorded:
        residual[0] = x
    for n in range(count):
        # Pre-norm attention: queries, keys and values, (B, 3 * D), in one product.
        normalise(x, norms[n, 0], h)
        multiply(h, mix[n], mixed)
        for b in range(rows):
            for head in range(heads):
                first = head * size
                keys, values = pairs[n, 0, head, b, :stop], pairs[n, 1, head, b, :stop]
                q, joint = mixed[b, first : first + size], joined[b, first : first + size]
                # The new key and value go into the kv cache; a position sees itself.
                for d in range(size):
                    q[d] *= scale
                    keys[position, d] = mixed[b, width + first + d]
                    values[position, d] = mixed[b, 2 * width + first + d]
                distance = distances[n, head] if not relative_silent else distances[n, head, :0]
                related = n < relations.shape[0] and not relative_silent
                embeddings = relations[n, head] if related else relations[:0, 0, 0]
                if recorded:
                    products(q, keys, content[n, head, b])
                    relative_terms(q, distance, embeddings, steps[:, b], relative[n, head, b])
                    for j in range(stop):
                        logits[j] = content[n, head, b, j] + relative[n, head, b, j]
                else:
                    all_terms(q, keys, distance, embeddings, steps[:, b], logits)
                # Softmax: its division is left to the (Dh,) sum; a silent head brings zeros.
                share = ZERO if heads_silent[n, head] else ONE
                share /= softmax(logits)
                bring(logits, values, share, joint)
                if recorded:
                    for j in range(stop):
                        weights[n, head, b, j] = logits[j] * share
        if not layers_silent[n]:
            multiply(joined, out[n], h)
            x += h
            if reading[n] >= 0:
                read_items(x, reading[n], readers, recalled, item_steps, item_taps)
            # Gated feed-forward: up to (B, 2 * G), gate times value, down to (B, D).
            normalise(x, norms[n, 1], h)
            multiply(h, rise[n], both)
            gate(both, bent)
            multiply(bent, fall[n], h)
            x += h
        if recorded:
            residual[n + 1] = x
    normalise(x, last_norm, h)
    scores = np.empty((rows, readout.shape[0]), np.float32)
    multiply(h, readout, scores)
    return scores
