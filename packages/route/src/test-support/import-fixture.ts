/** A small network, states of its training, and the text of a refusal. For tests of imports. */
import { CairnError, createRandom, type HostTensors } from '@cairn/core';
import { graphBuilder, initialState } from '@cairn/nn';

const input = { kind: 'image', height: 4, width: 4, channels: 2, mean: [0, 0], std: [1, 1] } as const;
export const task = { input, classes: 3 };

export function graphOf(channels = 4) {
  const b = graphBuilder(task);
  const conv = b.conv2d('conv1', b.input, { channels, kernel: 3, padding: 1 });
  const first = b.relu('relu1', b.batchNorm('bn1', conv));
  const second = b.batchNorm(
    'layer1.bn',
    b.conv2d('layer1.conv', first, { channels, kernel: 3, padding: 1 }),
  );
  b.output('logits', b.linear('fc', b.globalAveragePool('pool', second), { units: task.classes }));
  return b.build();
}

export const graph = graphOf();
/** Every array differs from every other, batch norms too. */
export const stateAt = (epoch: number): HostTensors => {
  const stream = createRandom(epoch).at('values');
  const { weights } = initialState(graph, createRandom(epoch));
  return Object.fromEntries(
    Object.entries(weights).map(([name, tensor]) => [
      name,
      tensor.dtype === 'int32' ? tensor : { ...tensor, data: tensor.data.map(() => stream.normal()) },
    ]),
  );
};
export const renamed = (weights: HostTensors, name: (key: string) => string): HostTensors =>
  Object.fromEntries(Object.entries(weights).map(([key, tensor]) => [name(key), tensor]));
export const withoutCounters = (weights: HostTensors): HostTensors =>
  Object.fromEntries(Object.entries(weights).filter(([name]) => !name.endsWith('num_batches_tracked')));

export async function failure(action: Promise<unknown> | (() => unknown)): Promise<string> {
  const error: unknown = await (async () => (action instanceof Promise ? action : action()))().then(
    () => undefined,
    (e: unknown) => e,
  );
  if (!(error instanceof CairnError)) throw new Error(`no CairnError: ${String(error)}`);
  return [error.code, error.message, ...error.fix].join('\n');
}
