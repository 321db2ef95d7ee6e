/** The TensorFlow.js executor on both backends, on every graph of the zoo and on drawn ones. */
import { activateWasm } from '@cairn/backend-wasm';
import type { Backend, GraphNode, JsonObject } from '@cairn/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { createTfjsBackend } from '../../executor/backend.ts';
import { TfjsNetwork } from '../../executor/tfjs-network.ts';
import { operationNames } from '../../operations/table.ts';
import { backendsWith } from '../backends.ts';
import { parity } from './parity.ts';
import { randomGraph } from './random-graph.ts';
import { parityZoo, type ParityCase } from './zoo.ts';

const randomGraphs = Array.from({ length: 20 }, (_, i) => randomGraph(i + 1));

describe.each(backendsWith(() => activateWasm()))('$name', ({ name, activate }) => {
  beforeAll(() => activate());
  const backend = createTfjsBackend({
    id: name,
    activate: () => Promise.reject(new Error('active already')),
  });

  test.each([...parityZoo, ...randomGraphs])('$name', (c) => parity(backend, c));
});

describe('a fault is found:', () => {
  beforeAll(() => activateWasm());
  const wrong: readonly [name: string, op: string, attributes: JsonObject][] = [
    ['epsilon', 'batchNorm', { epsilon: 1e-4 }],
    ['share of the new statistic', 'batchNorm', { momentum: 0.2 }],
    ['divisor at the padding', 'averagePool', { countIncludePad: false }],
    ['order of the channels', 'channelShuffle', { groups: 2 }],
  ];
  test.each(wrong)('%s', async (_, op, attributes) => {
    const other = (node: GraphNode) =>
      node.op === op ? { ...node, attributes: { ...node.attributes, ...attributes } } : node;
    const compile: Backend['compile'] = (graph, use) =>
      new TfjsNetwork({ ...graph, nodes: graph.nodes.map(other) }, use);
    const [shuffleNet] = parityZoo.filter((c) => c.name === 'ShuffleNetV1');
    await expect(parity({ compile }, shuffleNet as ParityCase)).rejects.toThrow(/ expected .* ± /);
  });
});

test('the zoo uses every operation, and so do the drawn graphs', () => {
  for (const cases of [parityZoo, randomGraphs])
    expect(new Set(cases.flatMap(({ graph }) => graph.nodes.map(({ op }) => op)))).toEqual(
      new Set(operationNames),
    );
});
