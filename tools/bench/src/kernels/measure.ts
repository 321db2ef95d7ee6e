/** Times kernels on a memory of their own: every round runs the yardsticks and all passes of a shape in turn. */
import {
  convFilterGrad,
  convForward,
  convInputGrad,
  depthwiseFilterGrad,
  depthwiseForward,
  depthwiseInputGrad,
  type Runtime,
  type Standalone,
} from '@cairn/backend-wasm/standalone';
import { interleave, spreadOf, type Contender } from '../harness/index.ts';
import { batch, type Shape } from './shapes.ts';

export interface PassFigures {
  readonly pass: 'forward' | 'dx' | 'dw';
  /** GFLOP/s, counting the products of the direct way; for depthwise GB/s of x, y and dx alone. */
  readonly speed: number;
  /** Median share of the bound of the same round: multiply-adds in registers, for depthwise also a copy. */
  readonly share: number;
}

/** How long a turn takes at least, in seconds. */
const turn = 0.003;

/** Seconds of this thread's processor time, which other work on a busy machine does not stretch. */
function processorSeconds(call: () => void, calls: number): number {
  const start = process.threadCpuUsage();
  for (let i = 0; i < calls; i++) call();
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1e6;
}

/** A contender that repeats a call for a turn and reports seconds per call. */
function repeated(name: string, call: () => void): Contender {
  const trials = Array.from({ length: 5 }, () => {
    const start = performance.now();
    call();
    return (performance.now() - start) / 1000;
  });
  const calls = Math.max(1, Math.round(turn / Math.min(...trials)));
  return { name, run: () => processorSeconds(call, calls) / calls };
}

const floatsOf = (sides: readonly number[], channels: number): number =>
  sides.reduce((product, side) => product * side, batch * channels);

/** Floats of x and of y. */
function sizesOf({ forward: g }: Shape): [number, number] {
  return [floatsOf(g.input, g.inChannels), floatsOf(g.output, g.outChannels)];
}

/** Blocks of random numbers, made once for the largest shape. */
export class Blocks {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly filter: number;
  readonly dw: number;
  readonly yardstick: number;

  constructor({ allocate, direct }: Standalone, shapes: readonly Shape[]) {
    const floats = Math.max(
      ...shapes.flatMap((shape) => [
        ...sizesOf(shape),
        floatsOf(shape.backward.output, shape.backward.outChannels),
      ]),
    );
    const weights = Math.max(
      ...shapes.map(({ forward: g }) => g.filter[0] * g.filter[1] * g.inChannels * g.outChannels),
    );
    const block = (count: number): number => {
      const address = allocate(4 * count + 64);
      direct.floats(address, count).forEach((_, i, all) => (all[i] = Math.random() * 2 - 1));
      return address;
    };
    [this.x, this.y, this.dx] = [block(floats), block(floats), block(floats)];
    [this.filter, this.dw, this.yardstick] = [block(weights), block(weights), block(256)];
  }
}

function passesOf(runtime: Runtime, { kind, forward: g, backward }: Shape, blocks: Blocks) {
  const { filter, dw } = blocks;
  const images = (address: number, [rows, columns]: readonly [number, number], channels: number) => ({
    address,
    count: batch,
    rows,
    columns,
    channels,
  });
  const x = images(blocks.x, g.input, g.inChannels);
  const dy = images(blocks.y, backward.output, g.outChannels);
  const [run, inputGrad, filterGrad] =
    kind === 'depthwise'
      ? [depthwiseForward, depthwiseInputGrad, depthwiseFilterGrad]
      : [convForward, convInputGrad, convFilterGrad];
  return {
    forward: () => run(runtime, g, x, filter, blocks.y),
    dx: () => inputGrad(runtime, backward, dy, filter, blocks.dx),
    dw: () => filterGrad(runtime, g, x, blocks.y, dw),
  };
}

const peakRounds = 20_000;
const copyRow = 1024;

/** Multiply-adds in registers, and a copy of as many bytes as a pass reads and writes. */
function yardsticks({ direct: { kernels } }: Standalone, blocks: Blocks, bytes: number) {
  const rows = Math.floor(bytes / 2 / copyRow);
  return {
    peak: () => kernels.maddPeak(blocks.yardstick, peakRounds),
    copy: () => kernels.copyRows(blocks.x, blocks.dx, rows, copyRow, copyRow, copyRow),
  };
}

/** @param peakFlop floating-point operations of a round of `maddPeak` in this build */
export async function measureShape(
  kernels: Standalone,
  shape: Shape,
  blocks: Blocks,
  { rounds, peakFlop }: { readonly rounds: number; readonly peakFlop: number },
): Promise<{ yardstick: number; passes: PassFigures[] }> {
  const depthwise = shape.kind === 'depthwise';
  const bytes = 4 * sizesOf(shape).reduce((sum, floats) => sum + floats);
  const flop = 2 * shape.products;
  const work = depthwise ? bytes : flop;
  const passes = passesOf(shape.kind === 'winograd' ? kernels.winograd : kernels.direct, shape, blocks);
  const calls = Object.entries({ ...yardsticks(kernels, blocks, bytes), ...passes });
  const times = await interleave(
    calls.map(([name, call]) => repeated(name, call)),
    { rounds },
  );
  const timesOf = (name: string): readonly number[] => times.get(name) ?? [];
  const copies = timesOf('copy');
  /** Seconds that a pass needs at least, by round: products, for depthwise also traffic. */
  const bounds = timesOf('peak').map((s, round) => {
    const computing = (flop / (peakRounds * peakFlop)) * s;
    return depthwise ? Math.max(computing, copies[round] ?? NaN) : computing;
  });
  const figures = (['forward', 'dx', 'dw'] as const).map((pass) => {
    const seconds = timesOf(pass);
    return {
      pass,
      speed: work / spreadOf(seconds).median / 1e9,
      share: spreadOf(seconds.map((s, round) => (bounds[round] ?? NaN) / s)).median,
    };
  });
  return { yardstick: work / spreadOf(bounds).median / 1e9, passes: figures };
}
