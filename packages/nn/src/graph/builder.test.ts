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
    failure(() => b.conv2d('grouped', conv, { channels: 4, kernel: 1, groups: 2 })),
    failure(() => b.conv2d('wrong', conv, { channels: 0, kernel: 1 })),
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
  ];
  expect(`\n${messages.join('\n')}\n`).toMatchInlineSnapshot(`
    "
    CAIRN_PLUGIN_GRAPH_SHAPE: add "sum": got [8, 6, 3] and [6, 4, 4] | two inputs of one shape
    CAIRN_PLUGIN_GRAPH_SHAPE: add "sum": got 1 inputs | 2
    CAIRN_PLUGIN_GRAPH_NODE: node "relu": its input "conv2" is not among the nodes before it | "conv1"? known: x, conv1
    CAIRN_PLUGIN_GRAPH_NAME: node "conv1" stands twice | an id of its own
    CAIRN_PLUGIN_GRAPH_SHAPE: conv2d "big": got input 8×6 | at least 9 on each side
    CAIRN_PLUGIN_GRAPH_SHAPE: conv2d "grouped": got groups 2 | 1, or 4 (depthwise)
    CAIRN_PLUGIN_GRAPH_ATTRIBUTE: conv2d "wrong": got {"channels":0,"kernel":1} | channels: Too small: expected number to be >0
    CAIRN_PLUGIN_GRAPH_SHAPE: linear "fc": got input [6, 4, 4] | [features]
    CAIRN_PLUGIN_GRAPH_OUTPUT: outputs: got none | at least "logits"
    CAIRN_PLUGIN_GRAPH_NAME: "f0" names two values | a name of its own for every output and tap
    CAIRN_PLUGIN_GRAPH_NODE: "logits": there is no node "elsewhere" | a value of this builder
    CAIRN_PLUGIN_GRAPH_OPERATION: node "relu": no operation "rely" | "relu"? known: add, batchNorm, conv2d, globalAveragePool, linear, relu
    CAIRN_PLUGIN_GRAPH_NODE: node "bn1": its input "conv1" is not among the nodes before it | known: x
    CAIRN_PLUGIN_GRAPH_ARRAY: node "conv1": weight is "conv1.weight" | the name of a parameter
    CAIRN_PLUGIN_GRAPH_OUTPUT: "logits": there is no node "fd" | "fc"? known: x, conv1, bn1, relu, pool, fc
    "
  `);
});
