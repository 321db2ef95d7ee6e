import { activateWasm } from '@cairn/backend-wasm';
import { memory, tensor, tidy, zeros, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { graphBuilder } from '../graph/builder.ts';
import { backendsWith, expectClose, numbers } from '../test-support/backends.ts';
import {
  adamw,
  BATCH,
  disposeAll,
  failure,
  gradientsOf,
  graph,
  images,
  input,
  network,
  outputs,
  sgd,
  step,
  task,
} from '../test-support/block-network.ts';
import { dot64, gradient64 } from '../test-support/reference/finite-differences.ts';
import { train64 } from '../test-support/reference/network.ts';
import { value64 } from '../test-support/reference/value.ts';
import { TfjsNetwork } from './tfjs-network.ts';

describe.each(backendsWith(() => activateWasm()))('$name', ({ activate }) => {
  beforeAll(() => activate());

  test.each([[['logits']], [['f1', 'logits']], [['embedding', 'f0', 'f1.pre', 'f1', 'logits']]])(
    'gradients of a whole graph at %s against float64',
    async (names) => {
      const net = network(names.filter((n) => graph.taps[n] !== undefined));
      const actual = await gradientsOf(net, names);
      const { weights } = await net.save();
      const arrays = Object.fromEntries(
        Object.entries(weights).map(([n, a]) => [n, Float64Array.from(a.data)]),
      );
      const x = value64([BATCH, 6, 5, 2], images);
      const loss = () => {
        const { values } = train64(graph, { x }, arrays);
        return names
          .map(
            (name) => values.get(graph.outputs[name] ?? graph.taps[name] ?? '')?.data ?? new Float64Array(),
          )
          .reduce((sum, data, i) => sum + dot64(numbers(data.length, i + 40), data), 0);
      };
      for (const { name } of graph.parameters)
        expectClose(actual[name] ?? [], gradient64(arrays[name] ?? new Float64Array(), loss), 2e-4);
      net.dispose();
    },
  );

  test('a gradient at an inner tap alone leaves later parameters untouched', async () => {
    const net = network(['f0']);
    const actual = await gradientsOf(net, ['f0']);
    expect(Math.max(...(actual['conv1.weight'] ?? []))).toBeGreaterThan(0);
    expect(new Set(actual['fc.weight'])).toEqual(new Set([0]));
    net.dispose();
  });

  test('infer between forward and backward disturbs nothing', async () => {
    const [calm, disturbed] = [network(), network()];
    for (const net of [calm, disturbed]) {
      const x = input();
      const result = net.forward({ x });
      if (net === disturbed) await outputs(net);
      net.backward({ logits: result['logits'] as Tensor });
      net.update(sgd, 0.1);
      disposeAll({ x, ...result });
    }
    expect(await disturbed.save()).toEqual(await calm.save());
    calm.dispose();
    disturbed.dispose();
  });

  test.each([sgd, adamw])('save, load, go on: the same bits as without ($name)', async (rule) => {
    const [through, resumed] = [network(), network()];
    step(through, ['logits'], rule);
    step(through, ['logits'], rule);
    step(resumed, ['logits'], rule);
    const state = structuredClone(await resumed.save());
    resumed.dispose();
    const again = new TfjsNetwork(graph, { taps: [], train: true });
    again.load(state);
    step(again, ['logits'], rule);
    expect(await again.save()).toEqual(await through.save());
    expect(await outputs(again)).toEqual(await outputs(through));
    again.dispose();
    through.dispose();
  });

  test('inference sees every update, also of weights that a backend may have packed', async () => {
    const net = network();
    await outputs(net);
    step(net, ['logits'], { ...sgd, learningRate: 1 });
    await outputs(net);
    step(net, ['logits'], { ...sgd, learningRate: 1 });
    const fresh = new TfjsNetwork(graph, { taps: [], train: false });
    fresh.load(await net.save());
    expect(await outputs(net)).toEqual(await outputs(fresh));
    net.dispose();
    fresh.dispose();
  });

  test('no tensor is left after 50 steps, nor after dispose', async () => {
    const before = memory().numTensors;
    const net = network(['f0']);
    step(net, ['logits', 'f0'], sgd);
    const settled = memory().numTensors;
    for (let i = 0; i < 50; i++) step(net, ['logits', 'f0'], sgd);
    await outputs(net);
    await net.save();
    expect(memory().numTensors).toBe(settled);
    net.forward({ x: input() });
    net.dispose();
    // The input and the three results of the last forward are ours.
    expect(memory().numTensors).toBe(before + 4);
  });

  test('a pass that fails leaves no tensor and no half of a gradient', () => {
    const net = network();
    const [x, shape] = [input(), tensor([1])];
    const before = memory().numTensors;
    failure(() => net.forward({ x }, ['f1']));
    failure(() => net.forward({ x: shape }));
    expect(memory().numTensors).toBe(before);
    disposeAll({ ...net.forward({ x }, []) });
    failure(() => net.backward({ logits: shape }));
    expect(failure(() => net.update(sgd, 0.1))).toMatch(/there are no gradients/);
    net.dispose();
    disposeAll({ x, shape });
  });

  test('without momentum no velocity is kept, as in PyTorch', async () => {
    const net = network();
    const before = memory().numTensors;
    const start = (await net.save()).weights['fc.bias']?.data[0] ?? NaN;
    step(net, ['logits'], { ...sgd, momentum: 0 });
    expect(memory().numTensors).toBe(before);
    const { weights, optimizer, updates } = await net.save();
    expect(optimizer).toEqual({});
    expect(updates).toBe(1);
    expect(weights['fc.bias']?.data[0]).not.toBe(start);
    net.dispose();
  });

  test('AdamW: three steps of PyTorch’s rule', async () => {
    const b = graphBuilder({ ...task, input: { ...task.input, height: 1, width: 1, channels: 1 } });
    b.output('logits', b.linear('fc', b.globalAveragePool('pool', b.input), { units: 1, bias: false }));
    const net = new TfjsNetwork(b.build(), { taps: [], train: true });
    net.load({
      weights: { 'fc.weight': { dtype: 'float32', shape: [1, 1], data: Float32Array.of(1) } },
      optimizer: {},
      updates: 0,
    });
    let [w, m, v] = [1, 0, 0];
    for (const [i, g] of [0.5, -1, 2].entries()) {
      tidy(() => {
        net.forward({ x: tensor([g], [1, 1, 1, 1]) });
        net.backward({ logits: tensor([[1]]) });
        net.update(adamw, 0.1);
      });
      m = 0.9 * m + 0.1 * g;
      v = 0.99 * v + 0.01 * g * g;
      w *= 1 - 0.1 * 0.01;
      w -= (0.1 * (m / (1 - 0.9 ** (i + 1)))) / (Math.sqrt(v / (1 - 0.99 ** (i + 1))) + 1e-8);
    }
    const { weights, optimizer, updates } = await net.save();
    expectClose(weights['fc.weight']?.data ?? [], [w], 1e-6);
    expectClose(optimizer['exp_avg/fc.weight']?.data ?? [], [m], 1e-6);
    expectClose(optimizer['exp_avg_sq/fc.weight']?.data ?? [], [v], 1e-6);
    expect(updates).toBe(3);
    net.dispose();
  });
});

test('wrong calls say what would be right', async () => {
  const net = network();
  const frozen = network([], false);
  const state = await net.save();
  const { 'fc.bias': bias, ...others } = state.weights;
  const short = { dtype: 'float32', shape: [2], data: new Float32Array(2) } as const;
  const messages = [
    failure(() => net.backward({})),
    failure(() => net.update(sgd, 0.1)),
    failure(() => frozen.forward({ x: input() })),
    failure(() => net.forward({ x: tensor([[1]]) })),
    failure(() => (net.forward({ x: input() }), net.backward({ logit: tensor([1]) }))),
    failure(() => net.forward({ x: zeros([BATCH, 6, 5, 2], 'int32') })),
    failure(() => (net.forward({ x: input() }), net.backward({ logits: tensor([1]) }))),
    failure(() => net.forward({ x: input() }, ['f1'])),
    failure(() => network(['f2'])),
    failure(() => net.load({ ...state, weights: others })),
    failure(() => net.load({ ...state, weights: { ...state.weights, 'fc.bios': short } })),
    failure(() => net.load({ ...state, weights: { ...state.weights, 'fc.bias': short } })),
    failure(() => net.load({ ...state, optimizer: { 'momentum/fc.bios': short } })),
    failure(() => (step(net, ['logits'], sgd), step(net, ['logits'], adamw))),
  ];
  expect(bias?.shape).toEqual([3]);
  expect(`\n${messages.join('\n')}\n`).toMatchInlineSnapshot(`
    "
    CAIRN_NETWORK_ORDER: backward: there is no forward pass to go back through | forward before each backward
    CAIRN_NETWORK_ORDER: update: there are no gradients | forward and backward before each update
    CAIRN_NETWORK_FROZEN: forward: got a network compiled for inference | infer, or compile with train: true
    CAIRN_NETWORK_INPUT: input "x": got float32 [1, 1] | float32 [batch, 6, 5, 2]
    CAIRN_NETWORK_OUTPUT: gradient to go back from: got "logit" | "logits"? known: embedding, logits
    CAIRN_NETWORK_INPUT: input "x": got int32 [4, 6, 5, 2] | float32 [batch, 6, 5, 2]
    CAIRN_NETWORK_OUTPUT: gradient of "logits": got [1] | [4, 3], as the forward pass had it
    CAIRN_NETWORK_OUTPUT: wanted: got "f1" | known: embedding, logits
    CAIRN_LOSS_TAP: tap "f2": the network has none of this name | "f0"? known: f0, f1.pre, f1
    CAIRN_WEIGHTS_MISMATCH: array "fc.bias" is missing | 20 arrays, all of the graph's parameters and buffers
    CAIRN_WEIGHTS_MISMATCH: array "fc.bios" is not in the graph | "fc.bias"?
    CAIRN_WEIGHTS_MISMATCH: array "fc.bias": got float32 [2] with 2 numbers | float32 [3], 3 numbers
    CAIRN_WEIGHTS_MISMATCH: array "momentum/fc.bios" is not in the graph | "momentum/fc.bias"?
    CAIRN_OPTIMIZER_CHANGED: optimizer: got adamw with the state of sgd | sgd, or reset the optimizer at the switch
    "
  `);
});
