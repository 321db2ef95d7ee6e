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
  /** Median share of the yardstick of the same round: multiply-adds in registers, or a copy. */
  readonly share: number;
}

/** How long a turn takes at least; short, so that a busy machine seldom interrupts one. */
const turnSeconds = 0.003;

/** A contender that repeats a call for a turn and reports seconds per call. */
function repeated(name: string, call: () => void): Contender {
  const start = performance.now();
  for (let i = 0; i < 5; i++) call();
  const estimate = (performance.now() - start) / 5000;
  const calls = Math.max(1, Math.round(turnSeconds / estimate));
  return {
    name,
    run() {
      const begin = performance.now();
      for (let i = 0; i < calls; i++) call();
      return (performance.now() - begin) / 1000 / calls;
    },
  };
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

/** @param peakFlop floating-point operations of a round of `maddPeak` in this build */
export async function measureShape(
  kernels: Standalone,
  shape: Shape,
  blocks: Blocks,
  { rounds, peakFlop }: { readonly rounds: number; readonly peakFlop: number },
): Promise<{ yardstick: number; passes: PassFigures[] }> {
  const { direct } = kernels;
  const depthwise = shape.kind === 'depthwise';
  const passes = passesOf(shape.kind === 'winograd' ? kernels.winograd : direct, shape, blocks);
  const [inFloats, outFloats] = sizesOf(shape);
  const bytes = 4 * (inFloats + outFloats);
  const copyRow = 1024;
  const copyRows = Math.floor(bytes / 2 / copyRow);
  const yardstick = depthwise
    ? () => direct.kernels.copyRows(blocks.x, blocks.dx, copyRows, copyRow, copyRow, copyRow)
    : () => direct.kernels.maddPeak(blocks.yardstick, peakRounds);
  const work = depthwise ? bytes : 2 * shape.products;
  const contenders = Object.entries({ yardstick, ...passes }).map(([name, call]) => repeated(name, call));
  const times = await interleave(contenders, { rounds });
  const yardTimes = times.get('yardstick') ?? [];
  const yardSpeeds = yardTimes.map((s) => (depthwise ? bytes : peakRounds * peakFlop) / s / 1e9);
  const figures = (['forward', 'dx', 'dw'] as const).map((pass) => {
    const speeds = (times.get(pass) ?? []).map((s) => work / s / 1e9);
    const share = spreadOf(speeds.map((speed, i) => speed / (yardSpeeds[i] ?? NaN))).median;
    return { pass, speed: spreadOf(speeds).median, share };
  });
  return { yardstick: spreadOf(yardSpeeds).median, passes: figures };
}
