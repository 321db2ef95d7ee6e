/** Integers hashed to [−1, 1), exact in float32. The same formula stands in `resnet20_step.py`. */
export function goldenNumbers(count: number, seed: number): Float64Array {
  const start = Math.imul(seed, 0x9e3779b1);
  return Float64Array.from({ length: count }, (_, i) => {
    const h = Math.imul((i + 1) ^ start, 0x85ebca6b);
    return ((Math.imul(h ^ (h >>> 13), 0xc2b2ae35) >>> 8) - 2 ** 23) / 2 ** 23;
  });
}
