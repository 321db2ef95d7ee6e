import { createRandom, type RandomStream } from '@cairn/core';
import type { GraphBuilder, Value } from '../../graph/builder.ts';
import type { OperationName } from '../../operations/table.ts';
import { write, type ParityCase } from './zoo.ts';

const BATCH = 3;
/** Batch statistics of fewer numbers are all rounding. */
const FEWEST_TO_NORMALISE = 12;
const MOST_CHANNELS = 12;

type Grow = (
  b: GraphBuilder,
  id: string,
  x: Value,
  draw: RandomStream,
  all: readonly Value[],
) => Value | undefined;

const pick = <T>(draw: RandomStream, items: readonly T[]): T => items[draw.below(items.length)] as T;
const divisors = (n: number): number[] =>
  Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);
const side = (n: number, kernel: number, stride: number, padding: number): number =>
  Math.floor((n + 2 * padding - kernel) / stride) + 1;

/** By operation: a node over x with drawn settings, or nothing where none fits. */
const growers: Readonly<Record<Exclude<OperationName, 'globalAveragePool' | 'linear'>, Grow>> = {
  conv2d(b, id, x, draw) {
    const [height = 0, width = 0, depth = 0] = x.shape;
    const kernel = pick(draw, [1, 2, 3, 3, 5]),
      stride = pick(draw, [1, 1, 2, 3]),
      padding = draw.below(kernel);
    if (Math.min(side(height, kernel, stride, padding), side(width, kernel, stride, padding)) < 1) return;
    const groups = pick(draw, [1, ...divisors(depth)]);
    const channels = groups * (1 + draw.below(Math.max(1, Math.floor(MOST_CHANNELS / groups))));
    return b.conv2d(id, x, { channels, kernel, stride, padding, groups, bias: draw.below(2) === 0 });
  },
  batchNorm(b, id, x) {
    const [height = 0, width = 0] = x.shape;
    return height * width * BATCH < FEWEST_TO_NORMALISE ? undefined : b.batchNorm(id, x);
  },
  relu: (b, id, x) => b.relu(id, x),
  relu6: (b, id, x) => b.relu6(id, x),
  add(b, id, x, draw, all) {
    return b.add(id, [
      x,
      pick(
        draw,
        all.filter((v) => v.shape.join() === x.shape.join()),
      ),
    ]);
  },
  concat(b, id, x, draw, all) {
    const fitting = all.filter((v) => v.shape.slice(0, 2).join() === x.shape.slice(0, 2).join());
    const others = Array.from({ length: 1 + draw.below(2) }, () => pick(draw, fitting));
    const channels = [x, ...others].reduce((n, v) => n + (v.shape[2] ?? 0), 0);
    return channels > 2 * MOST_CHANNELS ? undefined : b.concat(id, [x, ...others]);
  },
  slice(b, id, x, draw) {
    const channels = x.shape[2] ?? 0;
    const from = draw.below(channels);
    return b.slice(id, x, { from, to: from + 1 + draw.below(channels - from) });
  },
  channelShuffle: (b, id, x, draw) =>
    b.channelShuffle(id, x, { groups: pick(draw, divisors(x.shape[2] ?? 1)) }),
  maxPool: (b, id, x, draw) => pool(x, draw, (window) => b.maxPool(id, x, window)),
  averagePool: (b, id, x, draw) =>
    pool(x, draw, (window) => b.averagePool(id, x, { ...window, countIncludePad: draw.below(2) === 0 })),
};

interface Window {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
}

function pool(x: Value, draw: RandomStream, make: (window: Window) => Value): Value | undefined {
  const [height = 0, width = 0] = x.shape;
  const kernel = 2 + draw.below(2),
    stride = 1 + draw.below(3),
    padding = draw.below(2);
  if (Math.min(side(height, kernel, stride, padding), side(width, kernel, stride, padding)) < 1) return;
  return make({ kernel, stride, padding });
}

/** A graph of 6 to 14 drawn nodes and a classifier, with two taps. The same for the same seed. */
export function randomGraph(seed: number): ParityCase {
  const draw = createRandom(seed).at('parity/graph');
  const sizes = [4 + draw.below(6), 4 + draw.below(6), 1 + draw.below(4)] as const;
  const graph = write(sizes, (b, x) => {
    const values = [x];
    const count = 6 + draw.below(9);
    while (values.length <= count) {
      // Mostly on from the last value, so that graphs become deep.
      const from = draw.below(3) > 0 ? (values.at(-1) ?? x) : pick(draw, values);
      const op = pick(draw, Object.keys(growers)) as keyof typeof growers;
      const value = growers[op](b, `n${values.length}.${op}`, from, draw, values);
      if (value !== undefined) values.push(value);
    }
    b.tap('any', pick(draw, values));
    const last = b.tap('last', values.at(-1) ?? x);
    return b.linear('fc', b.globalAveragePool('pool', last), { units: 3 });
  });
  return { name: `random graph ${seed}`, graph, batch: BATCH };
}
