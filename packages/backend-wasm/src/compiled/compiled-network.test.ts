/** What the parity suite does not ask: threads, batches, state that changes executors, errors, memory. */
import { createRandom, type CairnError, type NetState } from '@cairn/core';
import { initialState, TfjsNetwork } from '@cairn/nn';
import { memory, slice, tensor, tidy } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { activateWasm } from '../activate.ts';
import { numbers } from '../test-support.ts';
import { CompiledNetwork } from './compiled-network.ts';
import { SharedHeap } from './heap.ts';
import { Team } from './team/team.ts';
import {
  adamw,
  expectNear,
  expectSameBits,
  images,
  residualGraph,
  sgd,
  step,
} from './test-support/residual-network.ts';
import { sharedModule } from './test-support/shared-module.ts';

const graph = residualGraph(8);

const teams: Team[] = [];
beforeAll(async () => {
  await activateWasm();
  for (const threads of [1, 2, 3]) teams.push(await Team.start({ module: sharedModule('fma'), threads }));
});
afterAll(async () => {
  await Promise.all(teams.map((team) => team.close()));
});

function compiled(team = teams[1] as Team, train = true): CompiledNetwork {
  const net = new CompiledNetwork(graph, { taps: ['f1'], train }, { team, winograd: true });
  net.load(initialState(graph, createRandom(5)));
  return net;
}

test('50 steps with 1, 2 and 3 threads end with the same bits', async () => {
  const states = [];
  for (const team of teams) {
    const net = compiled(team);
    for (let i = 0; i < 50; i++) step(net, i % 10 === 9 ? 21 : 33, i, sgd);
    states.push(await net.save());
    net.dispose();
  }
  const [one, ...others] = states as [NetState, ...NetState[]];
  expect(one.updates).toBe(50);
  expect(Object.values(one.weights).every(({ data }) => data.every(Number.isFinite))).toBe(true);
  for (const other of others) expectSameBits(one, other);
});

test('a sample’s outputs depend neither on its batch nor on its place in it', async () => {
  const net = compiled(teams[2], false);
  const all = images(37, 3);
  const whole = await net.infer({ x: all });
  for (const name of ['logits', 'f1']) {
    const expected = whole[name]?.dataSync() ?? [];
    const size = expected.length / 37;
    for (const [from, count] of [
      [36, 1],
      [5, 3],
      [17, 20],
    ] as const) {
      const x = tidy(() => slice(all, [from, 0, 0, 0], [count, 8, 8, 3]));
      const part = await net.infer({ x });
      expect([...(part[name]?.dataSync() ?? [])]).toEqual([
        ...expected.slice(from * size, (from + count) * size),
      ]);
    }
  }
  net.dispose();
});

describe('images of which a few fill the cache, taken through in chunks', () => {
  const [side, batch] = [44, 18];
  const large = residualGraph(side);
  const use = { taps: ['f1'], train: false };

  test('say what they say alone', async () => {
    const options = { team: teams[0] as Team, winograd: true };
    const [one, many] = [new CompiledNetwork(large, use, options), new CompiledNetwork(large, use, options)];
    for (const net of [one, many]) net.load(initialState(large, createRandom(5)));
    const all = images(batch, 3, side);
    const whole = await many.infer({ x: all });
    for (const row of [0, 3, 4, 17]) {
      const alone = await one.infer({ x: tidy(() => slice(all, [row, 0, 0, 0], [1, side, side, 3])) });
      for (const name of ['logits', 'f1']) {
        const expected = Float32Array.from(alone[name]?.dataSync() ?? []);
        const all = Float32Array.from(whole[name]?.dataSync() ?? []);
        expect(expected.length).toBeGreaterThan(0);
        const own = all.slice(row * expected.length, (row + 1) * expected.length);
        expect(Buffer.from(own.buffer)).toEqual(Buffer.from(expected.buffer));
      }
    }
    for (const net of [one, many]) net.dispose();
  });

  test('train as the TensorFlow.js executor does', async () => {
    const training = { ...use, train: true };
    const ours = new CompiledNetwork(large, training, { team: teams[1] as Team, winograd: true });
    const theirs = new TfjsNetwork(large, training);
    for (const net of [ours, theirs]) {
      net.load(initialState(large, createRandom(5)));
      step(net, batch, 0, sgd, side);
    }
    expectNear(await theirs.save(), await ours.save(), 1e-3);
    for (const net of [ours, theirs]) net.dispose();
  });
});

describe.each([sgd, adamw])('$name', (rule) => {
  test('follows the TensorFlow.js executor, and each goes on from the other’s state', async () => {
    const ours = compiled();
    const theirs = new TfjsNetwork(graph, { taps: ['f1'], train: true });
    theirs.load(initialState(graph, createRandom(5)));
    for (const net of [ours, theirs]) for (const seed of [1, 2]) step(net, 9, seed, rule);
    const [a, b] = [await ours.save(), await theirs.save()];
    expectNear(b, a, 1e-3);
    ours.load(b);
    theirs.load(a);
    for (const net of [ours, theirs]) step(net, 9, 7, rule);
    expectNear(await theirs.save(), await ours.save(), 2e-3);
    ours.dispose();
    theirs.dispose();
  });

  test('a resume ends with the bits of what was not interrupted', async () => {
    const [through, before, after] = [compiled(), compiled(), compiled()];
    for (let i = 0; i < 6; i++) step(through, 12, i, rule);
    for (let i = 0; i < 3; i++) step(before, 12, i, rule);
    after.load(await before.save());
    for (let i = 3; i < 6; i++) step(after, 12, i, rule);
    expectSameBits(await through.save(), await after.save());
    for (const net of [through, before, after]) net.dispose();
  });
});

test('only parameters that a gradient reaches are updated', async () => {
  const [ours, theirs] = [compiled(), new TfjsNetwork(graph, { taps: ['f1'], train: true })];
  theirs.load(initialState(graph, createRandom(5)));
  for (const net of [ours, theirs]) {
    for (const name of ['f1', 'logits'])
      tidy(() => {
        const result = net.forward({ x: images(6, 1) });
        const shape = result[name]?.shape ?? [];
        const size = shape.reduce((n, d) => n * d, 1);
        net.backward({ [name]: tensor(Float32Array.from(numbers(size, 4)), shape) });
        net.update({ ...sgd, dampening: 0.5 }, 0.05);
      });
  }
  expectNear(await theirs.save(), await ours.save(), 1e-3);
  ours.dispose();
  theirs.dispose();
});

test('calls out of order and after the end are refused as by the TensorFlow.js executor', async () => {
  const [ours, frozen] = [compiled(), compiled(undefined, false)];
  const x = images(2, 1);
  const failures = [
    await failure(() => frozen.forward({ x })),
    await failure(() => ours.backward({ logits: x })),
    await failure(() => ours.update(sgd, 0.1)),
    await failure(() => ours.forward({})),
    await failure(() => ours.infer({ x }, ['f2'])),
    await failure(() => ours.load({ weights: {}, optimizer: {}, updates: 0 })),
    await failure(() => {
      step(ours, 2, 1, sgd);
      step(ours, 2, 1, adamw);
    }),
  ];
  ours.dispose();
  ours.dispose();
  failures.push(await failure(() => ours.infer({ x })));
  frozen.dispose();
  expect(failures.join('\n')).toMatchInlineSnapshot(`
    "CAIRN_NETWORK_FROZEN: forward: got a network compiled for inference | infer, or compile with train: true
    CAIRN_NETWORK_ORDER: backward: there is no forward pass to go back through | forward before each backward
    CAIRN_NETWORK_ORDER: update: there are no gradients | forward and backward before each update
    CAIRN_NETWORK_INPUT: input "x": got none | float32 [batch, 8, 8, 3]
    CAIRN_NETWORK_OUTPUT: wanted: got "f2" | "f1"? known: embedding, logits, f1
    CAIRN_WEIGHTS_MISMATCH: array "stem.conv.weight" is missing | 38 arrays, all of the graph's parameters and buffers
    CAIRN_OPTIMIZER_CHANGED: optimizer: got adamw with the state of sgd | sgd, or reset the optimizer at the switch
    CAIRN_NETWORK_DISPOSED: array "stem.conv.weight" is gone | a network that was not disposed"
  `);
});

test('a batch that does not fit is refused with one that does, and nothing is lost', async () => {
  const heap = new SharedHeap(8 * 2 ** 20);
  const team = await Team.start({ module: sharedModule('fma'), threads: 1, heap });
  const net = compiled(team);
  step(net, 8, 1, sgd);
  const before = await net.save();
  const used = heap.usedBytes;
  const messages = [
    await failure(() => step(net, 4096, 1, sgd)),
    await failure(() => net.infer({ x: images(20_000, 1) })),
  ];
  expect(messages.join('\n')).toMatchInlineSnapshot(`
    "CAIRN_BACKEND_MEMORY: batch of 4096: the memory of compiled networks is full | a batch of at most 128
    CAIRN_BACKEND_MEMORY: batch of 20000: the memory of compiled networks is full | a batch of at most 625"
  `);
  expectSameBits(before, await net.save());
  step(net, Number(/at most (\d+)/.exec(messages[0] ?? '')?.[1]), 1, sgd);
  net.dispose();
  expect(heap.usedBytes).toBeLessThan(used);
});

test('where only the way back does not fit, the batch that is named goes both ways', async () => {
  const heap = new SharedHeap(8 * 2 ** 20);
  const team = await Team.start({ module: sharedModule('fma'), threads: 1, heap });
  const net = compiled(team);
  step(net, 8, 1, sgd);
  const before = await net.save();
  const forward = (batch: number) => tidy(() => void net.forward({ x: images(batch, 1) }, ['logits']));
  let batch = 128;
  while ((await failure(() => forward(batch + 8))) === 'no error') batch += 8;
  forward(batch);
  const message = await failure(() =>
    tidy(() => net.backward({ logits: tensor(Float32Array.from(numbers(batch * 4, 2)), [batch, 4]) })),
  );
  expect(message).toMatch(/^CAIRN_BACKEND_MEMORY: batch of \d+: .* \| a batch of at most \d+$/);
  expectSameBits({ ...before, weights: {} }, { ...(await net.save()), weights: {} });
  expect(await failure(() => net.backward({}))).toMatch(/^CAIRN_NETWORK_ORDER/);
  step(net, Number(/at most (\d+)/.exec(message)?.[1]), 1, sgd);
  expect((await net.save()).updates).toBe(2);
  net.dispose();
});

test('networks leave neither tensors nor shared memory behind', async () => {
  const team = teams[1] as Team;
  const x = images(3, 1);
  const run = async () => {
    const net = compiled(team);
    step(net, 12, 1, sgd);
    step(net, 21, 1, sgd);
    const result = await net.infer({ x });
    for (const t of Object.values(result)) t.dispose();
    net.dispose();
  };
  await run();
  const before = { tensors: memory().numTensors, bytes: team.heap.usedBytes };
  await run();
  expect({ tensors: memory().numTensors, bytes: team.heap.usedBytes }).toEqual(before);
});

async function failure(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    const { code, message, fix } = error as CairnError;
    return `${code}: ${message} | ${fix.join(' ')}`;
  }
  return 'no error';
}
