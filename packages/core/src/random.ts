/**
 * Addressed randomness: a draw is a pure function of (seed, purpose, epoch, index), never of what was drawn
 * before. So a run can be resumed in mid-epoch, and an augmented sample can be recomputed anywhere.
 *
 * Generator: Threefry-2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
 * SC 2011, section 3.3), checked against the known answers published with it.
 */
type Pair = readonly [number, number];

const PARITY = 0x1bd11bda;

/** One Threefry-2x32-20 block: two 32-bit words from a key and a counter of two words each. */
export function threefry2x32(key: Pair, counter: Pair): [number, number] {
  const out = new Int32Array(2);
  block(key[0], key[1], counter[0], counter[1], out);
  return [(out[0] as number) >>> 0, (out[1] as number) >>> 0];
}

/** The block in 32-bit integers, without allocation: it runs for every draw. Four rounds, then the key, five times. */
function block(k0: number, k1: number, c0: number, c1: number, out: Int32Array): void {
  const k2 = PARITY ^ k0 ^ k1;
  let x0 = (c0 + k0) | 0;
  let x1 = (c1 + k1) | 0;
  for (let group = 1; group <= 5; group++) {
    const odd = (group & 1) === 1;
    x0 = (x0 + x1) | 0;
    x1 = (odd ? (x1 << 13) | (x1 >>> 19) : (x1 << 17) | (x1 >>> 15)) ^ x0;
    x0 = (x0 + x1) | 0;
    x1 = (odd ? (x1 << 15) | (x1 >>> 17) : (x1 << 29) | (x1 >>> 3)) ^ x0;
    x0 = (x0 + x1) | 0;
    x1 = (odd ? (x1 << 26) | (x1 >>> 6) : (x1 << 16) | (x1 >>> 16)) ^ x0;
    x0 = (x0 + x1) | 0;
    x1 = (odd ? (x1 << 6) | (x1 >>> 26) : (x1 << 24) | (x1 >>> 8)) ^ x0;
    x0 = (x0 + (group % 3 === 0 ? k0 : group % 3 === 1 ? k1 : k2)) | 0;
    x1 = (x1 + (group % 3 === 0 ? k1 : group % 3 === 1 ? k2 : k0) + group) | 0;
  }
  out[0] = x0;
  out[1] = x1;
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
  readonly #words = new Int32Array(2);
  #draws = 0;
  #spareNormal: number | undefined;

  constructor(key: Pair) {
    this.#key = key;
  }

  uint32(): number {
    const odd = this.#draws & 1;
    if (odd === 0) block(this.#key[0], this.#key[1], this.#draws / 2, 0, this.#words);
    this.#draws++;
    return (this.#words[odd] as number) >>> 0;
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
