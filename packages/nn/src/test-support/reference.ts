/**
 * Naive float64 forward passes in PyTorch's parameter layouts, and gradients by central differences: what every
 * backend is measured against. Shares no code with the operations.
 */
import type { NetworkGraph } from '@cairn/core';

export interface Value64 {
  /** Batch first. */
  readonly shape: readonly number[];
  readonly data: Float64Array;
}
export type Arrays64 = Readonly<Record<string, Float64Array>>;
type Attributes = Readonly<Record<string, unknown>>;
export type Forward64 = (inputs: readonly Value64[], arrays: Arrays64, attributes: Attributes) => Value64;

const at = (data: Float64Array | undefined, i: number): number => data?.[i] ?? 0;
const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Training mode. */
export const reference: Readonly<Record<string, Forward64>> = {
  add: ([a, b]) => ({
    shape: a?.shape ?? [],
    data: Float64Array.from(a?.data ?? [], (v, i) => v + at(b?.data, i)),
  }),
  relu: ([x]) => ({ shape: x?.shape ?? [], data: Float64Array.from(x?.data ?? [], (v) => Math.max(0, v)) }),
  conv2d: ([x], arrays, attributes) => convolve(x as Value64, arrays, attributes),
  batchNorm: ([x], arrays, attributes) => normalise(x as Value64, arrays, attributes),
  globalAveragePool([x]) {
    const [batch = 0, h = 0, w = 0, c = 0] = x?.shape ?? [];
    const data = new Float64Array(batch * c);
    x?.data.forEach((v, i) => {
      const o = Math.floor(i / (h * w * c)) * c + (i % c);
      data[o] = at(data, o) + v / (h * w);
    });
    return { shape: [batch, c], data };
  },
  linear([x], arrays, { units }) {
    const [batch = 0, features = 0] = x?.shape ?? [];
    const out = Number(units);
    const data = Float64Array.from({ length: batch * out }, (_, o) => {
      const [b, u] = [Math.floor(o / out), o % out];
      let total = at(arrays['bias'], u);
      for (let f = 0; f < features; f++)
        total += at(x?.data, b * features + f) * at(arrays['weight'], u * features + f);
      return total;
    });
    return { shape: [batch, out], data };
  },
};

function convolve(x: Value64, arrays: Arrays64, attributes: Attributes): Value64 {
  const { channels, kernel, stride = 1, padding = 0, groups = 1 } = attributes as Record<string, number>;
  const [batch = 0, h = 0, w = 0, depth = 0] = x.shape;
  const k = Number(kernel),
    out = Number(channels),
    perGroup = depth / groups;
  const oh = Math.floor((h + 2 * padding - k) / stride) + 1,
    ow = Math.floor((w + 2 * padding - k) / stride) + 1;
  const data = Float64Array.from({ length: batch * oh * ow * out }, (_, i) => {
    const o = i % out,
      px = Math.floor(i / out) % ow,
      py = Math.floor(i / (out * ow)) % oh;
    const b = Math.floor(i / (out * ow * oh)),
      group = Math.floor(o / (out / groups));
    let total = at(arrays['bias'], o);
    for (let c = 0; c < perGroup; c++)
      for (let ky = 0; ky < k; ky++)
        for (let kx = 0; kx < k; kx++) {
          const y = py * stride + ky - padding,
            z = px * stride + kx - padding;
          if (y < 0 || y >= h || z < 0 || z >= w) continue;
          const value = at(x.data, ((b * h + y) * w + z) * depth + group * perGroup + c);
          total += value * at(arrays['weight'], ((o * perGroup + c) * k + ky) * k + kx);
        }
    return total;
  });
  return { shape: [batch, oh, ow, out], data };
}

function normalise(x: Value64, arrays: Arrays64, { epsilon = 1e-5, relu = false }: Attributes): Value64 {
  const channels = x.shape.at(-1) ?? 1,
    rows = x.data.length / channels;
  const data = new Float64Array(x.data.length);
  for (let c = 0; c < channels; c++) {
    let mean = 0,
      variance = 0;
    for (let r = 0; r < rows; r++) mean += at(x.data, r * channels + c) / rows;
    for (let r = 0; r < rows; r++) variance += (at(x.data, r * channels + c) - mean) ** 2 / rows;
    const scale = at(arrays['gamma'], c) / Math.sqrt(variance + Number(epsilon));
    for (let r = 0; r < rows; r++) {
      const y = (at(x.data, r * channels + c) - mean) * scale + at(arrays['beta'], c);
      data[r * channels + c] = relu ? Math.max(0, y) : y;
    }
  }
  return { shape: x.shape, data };
}

/** Every value of a graph in training mode, by node id. Arrays by name. */
export function runGraph64(graph: NetworkGraph, x: Value64, arrays: Arrays64): ReadonlyMap<string, Value64> {
  const values = new Map([['x', x]]);
  for (const node of graph.nodes) {
    const roles = Object.fromEntries(
      Object.entries(node.arrays).map(([role, name]) => [role, arrays[name] ?? new Float64Array()]),
    );
    const inputs = node.inputs.map((id) => values.get(id) as Value64);
    values.set(node.id, (reference[node.op] as Forward64)(inputs, roles, node.attributes));
  }
  return values;
}

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

export function value64(shape: readonly number[], data: ArrayLike<number>): Value64 {
  if (data.length !== size(shape)) throw new RangeError(`${data.length} numbers for [${shape.join(', ')}]`);
  return { shape, data: Float64Array.from(data) };
}
