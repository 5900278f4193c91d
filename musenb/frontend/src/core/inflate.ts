/** Synchronous inflate (RFC 1951): the browser's own way answers later, and who reads notes can't wait. */

interface Codes {
  /** How many codes there are of each length, and what they stand for in order. */
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
}

const MOST_BITS = 15;
// The order in which the lengths of the code of lengths are written.
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const [LENGTHS, LENGTH_BITS] = ladder(29, 3, 4);
const [DISTANCES, DISTANCE_BITS] = ladder(30, 1, 2);
// The longest length has a code of its own.
LENGTHS[28] = 258;
LENGTH_BITS[28] = 0;

/** Return from where each symbol counts, and the bits that follow it: one more at every `each` symbols. */
function ladder(count: number, from: number, each: number): [starts: number[], bits: number[]] {
  const [starts, bits]: [number[], number[]] = [[], []];
  for (let symbol = 0; symbol < count; symbol++) {
    bits.push(Math.max(0, Math.floor(symbol / each) - 1));
    starts.push(from);
    from += 1 << bits[symbol]!;
  }
  return [starts, bits];
}

function codesOf(lengths: ArrayLike<number>): Codes {
  const counts = new Uint16Array(MOST_BITS + 1);
  const symbols = new Uint16Array(lengths.length);
  let place = 0;
  for (let length = 1; length <= MOST_BITS; length++) {
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] !== length) continue;
      symbols[place++] = symbol;
      counts[length]!++;
    }
  }
  return { counts, symbols };
}

const FIXED = Array.from({ length: 288 }, (_, symbol) =>
  symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
);

/** Return the `size` bytes that a raw deflate stream holds. */
export function inflate(input: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const output = new Uint8Array(size);
  let [at, to, held, have] = [0, 0, 0, 0];
  const broken = () => new RangeError(`deflated bytes that break off or hold no ${size} bytes`);
  const bits = (count: number): number => {
    for (; have < count; have += 8) {
      if (at >= input.length) throw broken();
      held |= input[at++]! << have;
    }
    const value = held & ((1 << count) - 1);
    held >>>= count;
    have -= count;
    return value;
  };
  const symbol = ({ counts, symbols }: Codes): number => {
    let [code, first, place] = [0, 0, 0];
    for (let length = 1; length <= MOST_BITS; length++) {
      code |= bits(1);
      const count = counts[length]!;
      if (code - first < count) return symbols[place + code - first]!;
      place += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw broken();
  };
  const dynamic = (): [Codes, Codes] => {
    const [literals, distances, known] = [bits(5) + 257, bits(5) + 1, bits(4) + 4];
    const small = new Uint8Array(19);
    for (const place of ORDER.slice(0, known)) small[place] = bits(3);
    const code = codesOf(small);
    const lengths: number[] = [];
    while (lengths.length < literals + distances) {
      const found = symbol(code);
      if (found < 16) lengths.push(found);
      else {
        const again = found === 16 ? 3 + bits(2) : found === 17 ? 3 + bits(3) : 11 + bits(7);
        lengths.push(...Array<number>(again).fill(found === 16 ? (lengths.at(-1) ?? 0) : 0));
      }
    }
    return [codesOf(lengths.slice(0, literals)), codesOf(lengths.slice(literals))];
  };
  for (let last = 0; !last;) {
    last = bits(1);
    const kind = bits(2);
    if (kind === 0) {
      [held, have] = [0, 0];
      const count = bits(16);
      bits(16);
      if (to + count > size || at + count > input.length) throw broken();
      output.set(input.subarray(at, at + count), to);
      [at, to] = [at + count, to + count];
      continue;
    }
    if (kind === 3) throw broken();
    const [literals, distances] =
      kind === 1 ? [codesOf(FIXED), codesOf(Array<number>(30).fill(5))] : dynamic();
    for (let found = symbol(literals); found !== 256; found = symbol(literals)) {
      if (found < 256) {
        if (to >= size) throw broken();
        output[to++] = found;
        continue;
      }
      const length = LENGTHS[found - 257]! + bits(LENGTH_BITS[found - 257]!);
      const slot = symbol(distances);
      const back = DISTANCES[slot]! + bits(DISTANCE_BITS[slot]!);
      if (!(back <= to) || !(to + length <= size)) throw broken();
      for (const end = to + length; to < end; to++) output[to] = output[to - back]!;
    }
  }
  if (to !== size) throw broken();
  return output;
}
