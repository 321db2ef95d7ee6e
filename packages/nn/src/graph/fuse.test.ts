import { expect, test } from 'vitest';
import { graphBuilder } from './builder.ts';
import { fuseBatchNormRelu } from './fuse.ts';
import { resolveGraph } from './resolve.ts';

const input = { kind: 'image', height: 4, width: 4, channels: 2, mean: [0, 0], std: [1, 1] } as const;

/** Two batch norms with a ReLU behind each; the second one's result is also added. */
function nodes() {
  const b = graphBuilder({ input, classes: 2 });
  const first = b.relu('relu1', b.batchNorm('bn1', b.input));
  const norm = b.batchNorm('bn2', first);
  const sum = b.add('sum', [b.relu('relu2', norm), norm]);
  b.output('logits', b.globalAveragePool('pool', sum));
  return resolveGraph(b.build());
}

function fused(wanted: readonly string[]): unknown[] {
  return fuseBatchNormRelu(nodes(), new Set(wanted)).map(({ node, attributes }) =>
    node.op === 'batchNorm' ? [node.id, (attributes as { relu: boolean }).relu] : node.id,
  );
}

test('a batch norm joins the ReLU that alone reads it', () => {
  expect(fused(['pool'])).toEqual([['relu1', true], ['bn2', false], 'relu2', 'sum', 'pool']);
});

test('not where the value between is asked for', () => {
  expect(fused(['pool', 'bn1'])).toEqual([['bn1', false], 'relu1', ['bn2', false], 'relu2', 'sum', 'pool']);
});
