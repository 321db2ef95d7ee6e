/** PyTorch's max_pool2d and avg_pool2d, window by window. */
import { at, imageShape, increase, input, setting, size, type Call64, type Reference64 } from './value.ts';

/** A window: where its result goes and which numbers of the input it sees, row by row. */
type VisitWindow = (result: number, seen: readonly number[]) => void;

function resultShape(call: Call64): [number, number, number, number] {
  const [batch, height, width, channels] = imageShape(input(call));
  const kernel = setting(call, 'kernel');
  const stride = setting(call, 'stride', kernel),
    padding = setting(call, 'padding', 0);
  const side = (n: number) => Math.floor((n + 2 * padding - kernel) / stride) + 1;
  return [batch, side(height), side(width), channels];
}

export function windowsOf(call: Call64, visit: VisitWindow): void {
  const [, height, width, channels] = imageShape(input(call));
  const [batch, rows, columns] = resultShape(call);
  const kernel = setting(call, 'kernel');
  const stride = setting(call, 'stride', kernel),
    padding = setting(call, 'padding', 0);
  let result = 0;
  for (let b = 0; b < batch; b++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        for (let c = 0; c < channels; c++) {
          const seen: number[] = [];
          for (let dy = 0; dy < kernel; dy++)
            for (let dx = 0; dx < kernel; dx++) {
              const y = row * stride - padding + dy,
                x = column * stride - padding + dx;
              if (y >= 0 && y < height && x >= 0 && x < width)
                seen.push(((b * height + y) * width + x) * channels + c);
            }
          visit(result++, seen);
        }
}

function pooled(call: Call64, reduce: (seen: readonly number[]) => number) {
  const shape = resultShape(call);
  const data = new Float64Array(size(shape));
  windowsOf(call, (result, seen) => {
    data[result] = reduce(seen);
  });
  return { shape, data };
}

function scattered(
  call: Call64,
  spread: (dx: Float64Array, result: number, seen: readonly number[]) => void,
) {
  const dx = new Float64Array(input(call).data.length);
  windowsOf(call, (result, seen) => spread(dx, result, seen));
  return { inputs: [dx], arrays: {} };
}

/** The first of equal values. */
function largest(data: Float64Array, seen: readonly number[]): number {
  return seen.reduce((best, i) => (at(data, i) > at(data, best) ? i : best));
}

const maximum = (call: Call64) => {
  const { data } = input(call);
  return pooled(call, (seen) => at(data, largest(data, seen)));
};

const mean = (call: Call64) => {
  const { data } = input(call);
  return pooled(call, (seen) => seen.reduce((sum, i) => sum + at(data, i), 0) / divisor(call, seen));
};

function divisor(call: Call64, seen: readonly number[]): number {
  return call.attributes['countIncludePad'] === false ? seen.length : setting(call, 'kernel') ** 2;
}

export const pools: Readonly<Record<'maxPool' | 'averagePool', Reference64>> = {
  maxPool: {
    train: (call) => ({ value: maximum(call) }),
    infer: maximum,
    backward: (call, dy) =>
      scattered(call, (dx, result, seen) => increase(dx, largest(input(call).data, seen), at(dy, result))),
  },
  averagePool: {
    train: (call) => ({ value: mean(call) }),
    infer: mean,
    backward: (call, dy) =>
      scattered(call, (dx, result, seen) => {
        for (const i of seen) increase(dx, i, at(dy, result) / divisor(call, seen));
      }),
  },
};
