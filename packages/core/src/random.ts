/**
 * Addressed randomness: a draw is a pure function of (seed, purpose, epoch, index), never of what was drawn
 * before. So a run can be resumed in mid-epoch, and an augmented sample can be recomputed anywhere.
 *
 * Generator: Threefry-2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
 * SC 2011, section 3.3), checked against the known answers published with it.
 */
type Pair = readonly [number, number];

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const;
const PARITY = 0x1bd11bda;

/** One Threefry-2x32-20 block: two 32-bit words from a key and a counter of two words each. */
export function threefry2x32(key: Pair, counter: Pair): [number, number] {
  const ks = [key[0], key[1], (PARITY ^ key[0] ^ key[1]) >>> 0];
  let x0 = (counter[0] + key[0]) >>> 0;
  let x1 = (counter[1] + key[1]) >>> 0;
  for (let round = 0; round < 20; round++) {
    const r = ROTATIONS[round % 8] as number;
    x0 = (x0 + x1) >>> 0;
    x1 = ((x1 << r) | (x1 >>> (32 - r))) >>> 0;
    x1 = (x1 ^ x0) >>> 0;
    if (round % 4 === 3) {
      const s = (round + 1) / 4;
      x0 = (x0 + (ks[s % 3] as number)) >>> 0;
      x1 = (x1 + (ks[(s + 1) % 3] as number) + s) >>> 0;
    }
  }
  return [x0, x1];
}

/** FNV-1a, 32 bits: gives a purpose its place in the key. */
function hash32(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** The draws at one address, in order. Two streams of one address give the same numbers. */
export interface RandomStream {
  /** Uniform integer in [0, 2³²). */
  uint32(): number;
  /** Uniform in [0, 1) with 24 bits. */
  uniform(): number;
  /** Uniform integer in [0, n); n in 1…2³². Unbiased. */
  below(n: number): number;
  /** Standard normal (Box–Muller). */
  normal(): number;
  /** A uniformly drawn order of 0…n−1 (Fisher–Yates). */
  permutation(n: number): Int32Array;
}

/** A source of streams, one per (purpose, epoch, index). Epochs count from 1 over a student's whole life. */
export interface Random {
  at(purpose: string, epoch?: number, index?: number): RandomStream;
}

/** Randomness of one seed: an integer in [0, 2⁵³). */
export function createRandom(seed: number): Random {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new RangeError(`seed: got ${seed}; an integer from 0 to 2^53 − 1`);
  const seedKey: Pair = [seed >>> 0, Math.floor(seed / 2 ** 32)];
  return {
    at(purpose, epoch = 0, index = 0) {
      const purposeKey = threefry2x32(seedKey, [hash32(purpose), purpose.length]);
      return new ThreefryStream(threefry2x32(purposeKey, [epoch >>> 0, index >>> 0]));
    },
  };
}

class ThreefryStream implements RandomStream {
  readonly #key: Pair;
  #block = 0;
  #spare: number | undefined;
  #spareNormal: number | undefined;

  constructor(key: Pair) {
    this.#key = key;
  }

  uint32(): number {
    if (this.#spare !== undefined) {
      const value = this.#spare;
      this.#spare = undefined;
      return value;
    }
    const [a, b] = threefry2x32(this.#key, [this.#block++, 0]);
    this.#spare = b;
    return a;
  }

  uniform(): number {
    return (this.uint32() >>> 8) / 2 ** 24;
  }

  below(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32)
      throw new RangeError(`below(n): got ${n}; an integer from 1 to 2^32`);
    const limit = 2 ** 32 - (2 ** 32 % n);
    for (;;) {
      const value = this.uint32();
      if (value < limit) return value % n;
    }
  }

  normal(): number {
    if (this.#spareNormal !== undefined) {
      const value = this.#spareNormal;
      this.#spareNormal = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  permutation(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [order[i], order[j]] = [order[j] as number, order[i] as number];
    }
    return order;
  }
}
