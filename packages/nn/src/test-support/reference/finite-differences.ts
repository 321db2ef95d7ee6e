/** Gradient of f in every number of `data` (which is left as it was). Central differences: error about 1e-8. */
export function gradient64(data: Float64Array, f: () => number, step = 1e-5): Float64Array {
  return Float64Array.from(data, (value, i) => {
    data[i] = value + step;
    const up = f();
    data[i] = value - step;
    const down = f();
    data[i] = value;
    return (up - down) / (2 * step);
  });
}

export function dot64(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((sum, v, i) => sum + v * (b[i] ?? NaN), 0);
}
