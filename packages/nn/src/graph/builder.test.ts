import type { CairnError, Task } from '@cairn/core';
import { expect, test } from 'vitest';
import { graphBuilder } from './builder.ts';
import { countCost, netInfo } from './info.ts';
import { resolveGraph } from './resolve.ts';

const task: Task = {
  input: { kind: 'image', height: 8, width: 6, channels: 3, mean: [0, 0, 0], std: [1, 1, 1] },
  classes: 5,
};

function small() {
  const b = graphBuilder(task);
  const conv = b.conv2d('conv1', b.input, { channels: 4, kernel: 3, stride: 2, padding: 1 });
  const features = b.tap('f0', b.relu('relu', b.batchNorm('bn1', conv)));
  b.output('logits', b.linear('fc', b.globalAveragePool('pool', features), { units: 5 }));
  return b.build();
}

function failure(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    const { code, message, fix } = error as CairnError;
    return `${code}: ${message} | ${fix.join(' ')}`;
  }
  return 'no error';
}

test('names, layouts and shapes are PyTorch’s', () => {
  const graph = small();
  expect(graph.parameters.map((p) => `${p.name} [${p.shape.join(', ')}]`)).toEqual([
    'conv1.weight [4, 3, 3, 3]',
    'bn1.weight [4]',
    'bn1.bias [4]',
    'fc.weight [5, 4]',
    'fc.bias [5]',
  ]);
  expect(graph.buffers.map((b) => b.name)).toEqual([
    'bn1.running_mean',
    'bn1.running_var',
    'bn1.num_batches_tracked',
  ]);
  expect(netInfo(graph)).toEqual({ outputs: { logits: [5] }, taps: { f0: [4, 3, 4] } });
});

test('cost counts products: 4·3 pixels × 4 filters × 27, and 4 × 5', () => {
  expect(countCost(small())).toEqual({ parameters: 108 + 8 + 25, forward: 1296 + 20, backward: 2632 });
});

test('a depthwise filter costs one channel’s products', () => {
  const b = graphBuilder(task);
  const y = b.conv2d('dw', b.input, { channels: 3, kernel: 3, padding: 1, groups: 3 });
  b.output('logits', b.globalAveragePool('pool', y));
  expect(countCost(b.build()).forward).toBe(8 * 6 * 3 * 9);
});

test('a grouped filter costs and holds its own group’s channels', () => {
  const b = graphBuilder({ ...task, input: { ...task.input, channels: 6 } });
  const y = b.conv2d('conv', b.input, { channels: 4, kernel: 3, padding: 1, groups: 2 });
  b.output('logits', b.globalAveragePool('pool', y));
  const graph = b.build();
  // 3 of 6 channels feed each filter: PyTorch's fan is 3·9.
  expect(graph.parameters).toEqual([
    { name: 'conv.weight', shape: [4, 3, 3, 3], init: { kind: 'torch-uniform', fanIn: 27 } },
  ]);
  expect(countCost(graph).forward).toBe(8 * 6 * 4 * 27);
});

test('a pool strides by its kernel where nothing else is said', () => {
  const b = graphBuilder(task);
  expect(b.maxPool('a', b.input, { kernel: 2 }).shape).toEqual([4, 3, 3]);
  expect(b.averagePool('b', b.input, { kernel: 3 }).shape).toEqual([2, 2, 3]);
  expect(b.maxPool('c', b.input, { kernel: 3, stride: 2, padding: 1 }).shape).toEqual([4, 3, 3]);
});

test('a mistake is refused where it is made', () => {
  const b = graphBuilder(task);
  const conv = b.conv2d('conv1', b.input, { channels: 4, kernel: 3 });
  const graph = small();
  const messages = [
    failure(() => b.add('sum', [b.input, conv])),
    failure(() => b.add('sum', conv)),
    failure(() => b.relu('relu', { id: 'conv2', shape: [6, 4, 4] })),
    failure(() => b.conv2d('conv1', b.input, { channels: 4, kernel: 3 })),
    failure(() => b.conv2d('big', b.input, { channels: 4, kernel: 9 })),
    failure(() => b.conv2d('grouped', conv, { channels: 4, kernel: 1, groups: 3 })),
    failure(() => b.conv2d('grouped', conv, { channels: 3, kernel: 1, groups: 2 })),
    failure(() => b.maxPool('pool', conv, { kernel: 1 })),
    failure(() => b.maxPool('pool', conv, { kernel: 3, padding: 2 })),
    failure(() => b.averagePool('pool', conv, { kernel: 7 })),
    failure(() => b.averagePool('pool', b.globalAveragePool('gap', conv), { kernel: 2 })),
    failure(() => b.concat('cat', conv)),
    failure(() => b.concat('cat', [conv, b.input])),
    failure(() => b.slice('part', conv, { from: 2, to: 5 })),
    failure(() => b.slice('part', conv, { from: 2, to: 2 })),
    failure(() => b.channelShuffle('shuffle', conv, { groups: 3 })),
    failure(() => b.conv2d('wrong', conv, { channels: 0, kernel: 1 })),
    failure(() => b.conv2d('init', conv, { channels: 1, kernel: 1 }, { wieght: { kind: 'zeros' } })),
    failure(() => b.linear('fc', conv, { units: 5 })),
    failure(() => b.build()),
    failure(() => (b.tap('f0', conv), b.tap('f0', conv))),
    failure(() => b.output('logits', { id: 'elsewhere', shape: [1] })),
    failure(() =>
      resolveGraph({ ...graph, nodes: graph.nodes.map((n) => ({ ...n, op: n.op.replace('relu', 'rely') })) }),
    ),
    failure(() => resolveGraph({ ...graph, nodes: graph.nodes.slice(1) })),
    failure(() => resolveGraph({ ...graph, parameters: graph.parameters.slice(1) })),
    failure(() => resolveGraph({ ...graph, outputs: { logits: 'fd' } })),
    failure(() => resolveGraph({ ...graph, taps: { logits: 'fc' } })),
  ];
  expect(`\n${messages.join('\n')}\n`).toMatchInlineSnapshot(`
    "
    CAIRN_PLUGIN_GRAPH_SHAPE: add "sum": got [8, 6, 3] and [6, 4, 4] | two inputs of one shape
    CAIRN_PLUGIN_GRAPH_SHAPE: add "sum": got 1 inputs | 2
    CAIRN_PLUGIN_GRAPH_NODE: node "relu": its input "conv2" is not among the nodes before it | "conv1"? known: x, conv1
    CAIRN_PLUGIN_GRAPH_NAME: node "conv1" stands twice | an id of its own
    CAIRN_PLUGIN_GRAPH_SHAPE: conv2d "big": got input 8×6 | at least 9 on each side
    CAIRN_PLUGIN_GRAPH_SHAPE: conv2d "grouped": got groups 3 | a divisor of 4
    CAIRN_PLUGIN_GRAPH_SHAPE: conv2d "grouped": got channels 3 | a multiple of 2
    CAIRN_PLUGIN_GRAPH_ATTRIBUTE: maxPool "pool": got {"kernel":1} | kernel: Too small: expected number to be >=2
    CAIRN_PLUGIN_GRAPH_SHAPE: maxPool "pool": got padding 2 | at most 1, half the kernel
    CAIRN_PLUGIN_GRAPH_SHAPE: averagePool "pool": got input 6×4 | at least 7 on each side
    CAIRN_PLUGIN_GRAPH_SHAPE: averagePool "pool": got input [4] | [height, width, channels]
    CAIRN_PLUGIN_GRAPH_SHAPE: concat "cat": got 1 inputs | two or more
    CAIRN_PLUGIN_GRAPH_SHAPE: concat "cat": got [6, 4, 4] and [8, 6, 3] | inputs that differ in channels alone
    CAIRN_PLUGIN_GRAPH_SHAPE: slice "part": got channels 2 to 5 | 0 ≤ from < to ≤ 4
    CAIRN_PLUGIN_GRAPH_SHAPE: slice "part": got channels 2 to 2 | 0 ≤ from < to ≤ 4
    CAIRN_PLUGIN_GRAPH_SHAPE: channelShuffle "shuffle": got groups 3 | a divisor of 4
    CAIRN_PLUGIN_GRAPH_ATTRIBUTE: conv2d "wrong": got {"channels":0,"kernel":1} | channels: Too small: expected number to be >0
    CAIRN_PLUGIN_GRAPH_ARRAY: conv2d "init": got an initializer for "wieght" | "weight"? known: weight
    CAIRN_PLUGIN_GRAPH_SHAPE: linear "fc": got input [6, 4, 4] | [features]
    CAIRN_PLUGIN_GRAPH_OUTPUT: outputs: got none | at least "logits"
    CAIRN_PLUGIN_GRAPH_NAME: "f0" names two values | a name of its own for every output and tap
    CAIRN_PLUGIN_GRAPH_NODE: "logits": there is no node "elsewhere" | a value of this builder
    CAIRN_PLUGIN_GRAPH_OPERATION: node "relu": no operation "rely" | "relu"? known: add, averagePool, batchNorm, channelShuffle, concat, conv2d, globalAveragePool, linear, maxPool, relu, relu6, slice
    CAIRN_PLUGIN_GRAPH_NODE: node "bn1": its input "conv1" is not among the nodes before it | known: x
    CAIRN_PLUGIN_GRAPH_ARRAY: node "conv1": weight is "conv1.weight" | the name of a parameter
    CAIRN_PLUGIN_GRAPH_OUTPUT: "logits": there is no node "fd" | "fc"? known: x, conv1, bn1, relu, pool, fc
    CAIRN_PLUGIN_GRAPH_NAME: "logits" names two values | a name of its own for every output and tap
    "
  `);
});
