import { createRandom, type CairnError, type NetState, type Task } from '@cairn/core';
import { activateWasm } from '@cairn/backend-wasm';
import { createPlugin, testModel } from '@cairn/testing';
import { countCost, initialState, netInfo, TfjsNetwork } from '@cairn/nn';
import { memory, randomNormal, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { resnet, resnetGraph, resnetOptions } from './index.ts';

function task(size: number): Task {
  const input = {
    kind: 'image',
    height: size,
    width: size,
    channels: 3,
    mean: [0, 0, 0],
    std: [1, 1, 1],
  } as const;
  return { input, classes: 100 };
}

function graph(options: Parameters<typeof resnetOptions.parse>[0] = {}, size = 32) {
  return resnetGraph(task(size), resnetOptions.parse(options));
}

beforeAll(() => activateWasm());

const backends = { wasm: () => activateWasm() };
testModel('resnet', () => createPlugin(resnet, resnet({ depth: 14, width: 4 })), { backends });
testModel('resnet, widened', () => createPlugin(resnet, resnet({ depth: 8, width: 2, widen: 4 })), {
  backends,
});

// RepDistiller's models, counted in PyTorch for 100 classes.
test.each([
  [8, 1, 83_892],
  [14, 1, 181_108],
  [20, 1, 278_324],
  [32, 1, 472_756],
  [44, 1, 667_188],
  [56, 1, 861_620],
  [110, 1, 1_736_564],
  [8, 4, 1_233_540],
  [32, 4, 7_433_860],
])('resnet%d ×%d has the published number of parameters', (depth, widen, parameters) => {
  expect(countCost(graph({ depth, widen })).parameters).toBe(parameters);
});

test('ResNet-20 costs its published 41 million multiply-adds (40.8 and the shortcuts)', () => {
  // Stem 442,368; stages 3·2·2,359,296 − (half of the first convolutions of stages 2 and 3); shortcuts; classifier.
  const stages = 6 * 2_359_296 + 2 * (5 * 2_359_296 + 1_179_648);
  expect(countCost(graph()).forward).toBe(442_368 + stages + 2 * 131_072 + 6_400);
});

test('feature points', () => {
  expect(netInfo(graph())).toEqual({
    outputs: { embedding: [64], logits: [100] },
    taps: {
      f0: [32, 32, 16],
      'f1.pre': [32, 32, 16],
      f1: [32, 32, 16],
      'f2.pre': [16, 16, 32],
      f2: [16, 16, 32],
      'f3.pre': [8, 8, 64],
      f3: [8, 8, 64],
    },
  });
  expect(netInfo(graph({ depth: 8, widen: 4 })).taps).toMatchObject({
    f0: [32, 32, 32],
    f1: [32, 32, 64],
    f3: [8, 8, 256],
  });
  expect(netInfo(graph({ depth: 8, width: 8 }, 16))).toMatchObject({
    outputs: { embedding: [32] },
    taps: { f3: [4, 4, 32] },
  });
});

test('names are PyTorch’s', () => {
  const { parameters, buffers } = graph({ depth: 8 });
  const names = [...parameters, ...buffers].map((p) => p.name);
  expect(names).toContain('layer2.0.downsample.0.weight');
  expect(names).toContain('layer2.0.downsample.1.running_var');
  expect(names).not.toContain('layer1.0.downsample.0.weight');
  expect(parameters.slice(0, 6).map((p) => p.name)).toEqual([
    'conv1.weight',
    'bn1.weight',
    'bn1.bias',
    'layer1.0.conv1.weight',
    'layer1.0.bn1.weight',
    'layer1.0.bn1.bias',
  ]);
});

/** One step of plain SGD at rate 1: weights before and after differ by the gradient. */
async function oneStep(net: TfjsNetwork): Promise<{ before: NetState; after: NetState }> {
  const before = await net.save();
  tidy(() => {
    const { logits, f2 } = net.forward({ x: randomNormal([3, 16, 16, 3], 0, 1, 'float32', 5) });
    net.backward({ logits: logits as Tensor, f2: f2 as Tensor });
    const rule = {
      name: 'sgd',
      learningRate: 1,
      momentum: 0,
      dampening: 0,
      nesterov: false,
      weightDecay: 0,
    } as const;
    net.update(rule, 1);
  });
  return { before, after: await net.save() };
}

test('every parameter gets a finite gradient that is not zero; no tensor stays; the same seed, the same weights', async () => {
  const tensors = memory().numTensors;
  const narrow = graph({ depth: 14, width: 4 }, 16);
  const net = new TfjsNetwork(narrow, { taps: ['f2'], train: true });
  net.load(initialState(narrow, createRandom(1)));
  const { before, after } = await oneStep(net);
  for (const { name } of narrow.parameters) {
    const gradient =
      before.weights[name]?.data.map((w, i) => w - (after.weights[name]?.data[i] ?? NaN)) ?? [];
    expect(gradient.every(Number.isFinite), name).toBe(true);
    expect(
      gradient.some((g) => g !== 0),
      name,
    ).toBe(true);
  }
  net.load(after);
  expect((await net.save()).weights).toEqual(after.weights);
  net.dispose();
  expect(memory().numTensors).toBe(tensors);
  expect(initialState(narrow, createRandom(1)).weights).toEqual(before.weights);
});

test('a depth that is not 6n + 2 is refused', () => {
  const result = resnetOptions.safeParse({ depth: 18 });
  expect(result.error?.issues[0]?.message).toBe('6n + 2: 8, 14, 20, 26, 32, 44, 56, 110, …');
  expect(resnetOptions.safeParse({ depth: 20, widen: 2 }).success).toBe(false);
});

test('the plugin is data', () => {
  expect(resnet({ depth: 56 })).toEqual({ kind: 'model', id: 'resnet', options: { depth: 56 } });
  expect(resnet()).toEqual({ kind: 'model', id: 'resnet', options: {} });
});

test('an image too small for the stages is refused with the node', () => {
  try {
    graph({}, 0);
    expect.unreachable();
  } catch (error) {
    expect((error as CairnError).message).toBe('conv2d "conv1": got input 0×0');
  }
});
