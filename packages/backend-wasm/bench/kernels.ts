/**
 * Speed of the kernels: medians of GFLOP/s (convolutions) and GB/s (memory-bound kernels), one thread.
 *
 *   npx node packages/backend-wasm/bench/kernels.ts [--build=fma|simd|fma-winograd|simd-winograd] [--only=<text>] [--best]
 *
 * Figures drift with the machine's neighbours: compare figures of one run only; `--best` prints the fastest call instead
 * of the median, which says more on a busy machine. `stock` is TensorFlow.js's own forward kernel, measured in turns
 * with ours. Winograd's figures count the products of the direct way.
 */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { parseArgs } from 'node:util';
import type { Build } from '../src/index.ts';
import { activateWasm } from '../src/index.ts';

const { values: flags } = parseArgs({
  options: {
    build: { type: 'string' },
    only: { type: 'string', default: '' },
    best: { type: 'boolean', default: false },
  },
});

await tf.setBackend('wasm');
const stockConv = tf.getKernel('Conv2D', 'wasm');
const info = await activateWasm(flags.build === undefined ? {} : { build: flags.build as Build });
tf.registerKernel({ ...stockConv, kernelName: 'StockConv2D' });

/** The median, or with `--best` the smallest. */
function typical(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[flags.best ? 0 : values.length >> 1] ?? NaN;
}

/** Milliseconds per call of several functions, measured in turns. */
function milliseconds(calls: readonly (() => void)[], seconds = 0.25): number[] {
  const samples = calls.map((): number[] => []);
  for (const call of calls) for (let i = 0; i < 3; i++) call();
  const end = performance.now() + seconds * 1000 * calls.length;
  while (performance.now() < end) {
    calls.forEach((call, i) => {
      const start = performance.now();
      call();
      samples[i]?.push(performance.now() - start);
    });
  }
  return samples.map(typical);
}

const kernel = (name: string, inputs: tf.NamedTensorMap, attributes: object) => (): void =>
  tf.dispose(tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(name, inputs, attributes as tf.NamedAttrMap));

function convRow(
  batch: number,
  size: number,
  channels: number,
  out: number,
  filter: number,
  stride: number,
): void {
  const name = `${filter}×${filter}/${stride} ${channels}→${out} @${size}² ×${batch}`;
  if (!name.includes(flags.only)) return;
  const outSize = Math.ceil(size / stride);
  const x = tf.randomUniform([batch, size, size, channels], -1, 1);
  const w = tf.randomUniform([filter, filter, channels, out], -1, 1);
  const dy = tf.randomUniform([batch, outSize, outSize, out], -1, 1);
  const attributes = { strides: stride, pad: 'same', dilations: 1, dataFormat: 'NHWC' };
  const times = milliseconds([
    kernel('StockConv2D', { x, filter: w }, attributes),
    kernel('Conv2D', { x, filter: w }, attributes),
    kernel('Conv2DBackpropInput', { dy, filter: w }, { ...attributes, inputShape: x.shape }),
    kernel('Conv2DBackpropFilter', { x, dy }, { ...attributes, filterShape: w.shape }),
  ]);
  const flop = 2 * batch * outSize * outSize * filter * filter * channels * out;
  print(
    name,
    times.map((ms) => (flop / ms / 1e6).toFixed(1)),
  );
  tf.dispose([x, w, dy]);
}

function depthwiseRow(batch: number, size: number, channels: number, stride: number): void {
  const name = `depthwise 3×3/${stride} ${channels} @${size}² ×${batch}`;
  if (!name.includes(flags.only)) return;
  const outSize = Math.ceil(size / stride);
  const x = tf.randomUniform([batch, size, size, channels], -1, 1);
  const filter = tf.randomUniform([3, 3, channels, 1], -1, 1);
  const dy = tf.randomUniform([batch, outSize, outSize, channels], -1, 1);
  const attributes = { strides: stride, pad: 'same', dilations: 1 };
  const times = milliseconds([
    kernel('DepthwiseConv2dNative', { x, filter }, attributes),
    kernel('DepthwiseConv2dNativeBackpropInput', { dy, filter }, { ...attributes, inputShape: x.shape }),
    kernel('DepthwiseConv2dNativeBackpropFilter', { x, dy }, { ...attributes, filterShape: filter.shape }),
  ]);
  const flop = 2 * batch * outSize * outSize * 9 * channels;
  const [forward, ...gradients] = times.map((ms) => (flop / ms / 1e6).toFixed(1));
  print(name, [forward ?? '', '', ...gradients]);
  tf.dispose([x, filter, dy]);
}

/** @param tensors tensors of x's size that the kernel reads and writes at least once */
function memoryRow(name: string, bytes: number, inputs: tf.NamedTensorMap, attributes: object): void {
  if (!name.includes(flags.only)) return;
  const [ms = NaN] = milliseconds([kernel(name, inputs, attributes)]);
  print(name, [`${(ms * 1000).toFixed(0)} µs`, `${(bytes / ms / 1e6).toFixed(1)} GB/s`]);
}

function print(name: string, cells: readonly string[]): void {
  console.log(name.padEnd(34) + cells.map((cell) => cell.padStart(12)).join(''));
}

console.log(`${info.numerics}, Node ${process.version}`);
print('GFLOP/s', ['stock', 'forward', 'dx', 'dw']);
for (const [size, channels] of [
  [32, 16],
  [16, 32],
  [8, 64],
] as const)
  convRow(64, size, channels, channels, 3, 1);
convRow(64, 32, 3, 16, 3, 1);
convRow(64, 32, 16, 32, 3, 2);
convRow(64, 16, 32, 64, 3, 2);
convRow(64, 32, 16, 32, 1, 2);
convRow(64, 16, 32, 32, 1, 1);
convRow(64, 8, 64, 128, 1, 1);
convRow(64, 16, 3, 8, 3, 1);
convRow(64, 16, 8, 8, 3, 1);
convRow(64, 16, 8, 16, 3, 2);
convRow(64, 8, 16, 16, 3, 1);
depthwiseRow(64, 32, 32, 1);
depthwiseRow(64, 16, 64, 2);

const x = tf.randomUniform([64, 32, 32, 16], -1, 1);
const dy = tf.randomUniform([64, 32, 32, 16], -1, 1);
const [gamma, beta, mean] = [tf.ones([16]), tf.zeros([16]), tf.zeros([16])];
const norm = { epsilon: 1e-5, relu: true };
const mb = x.size * 4;
print('64×32×32×16', ['time', 'traffic']);
memoryRow('CairnBatchNormTrain', 3 * mb, { x, gamma, beta }, norm);
memoryRow('CairnBatchNormTrainGrad', 5 * mb, { dy, x, gamma, beta, mean, variance: gamma }, norm);
memoryRow('CairnReluGrad', 3 * mb, { dy, y: x }, {});
const [w, g, v] = [tf.zeros([270_000]), tf.ones([270_000]), tf.zeros([270_000])];
memoryRow(
  'CairnMomentumUpdate',
  5 * w.size * 4,
  { w, g, v },
  { learningRate: 1e-6, momentum: 0.9, dampening: 0, nesterov: false, weightDecay: 0, first: false },
);
const logits = tf.randomNormal([64, 100]);
memoryRow(
  'CairnSoftmaxCeKl',
  3 * logits.size * 4,
  { student: logits, teacher: logits, labels: tf.zeros([64], 'int32') },
  { temperature: 4, ceWeight: 1, klWeight: 1 },
);
