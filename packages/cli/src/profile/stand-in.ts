import { createRandom, MemoryStore, type PluginData, type Splits } from '@cairn/core';
import type { PlannedRoute, RunRoute } from '@cairn/engine';
import { hashWeights, initialState } from '@cairn/nn';
import { writeSafetensors } from '@cairn/route';
import type { Registry } from '@cairn/core';

/**
 * A route in memory that takes as much time to learn from as the real one: its anchors are where the recorder will put
 * them, and all hold the teacher's initial weights.
 */
export async function standInRoute(
  { expected, spec }: PlannedRoute,
  registry: Registry,
  splits: Splits,
): Promise<RunRoute> {
  const model: PluginData<'model'> = spec.model;
  const { weights } = initialState(registry.create(model).graph(splits.spec), createRandom(spec.seed));
  const [file, sha256] = ['initial.safetensors', await hashWeights(weights)];
  const store = new MemoryStore();
  await store.write(`${expected.id}/${file}`, writeSafetensors(weights));
  const [first, ...rest] = expected.anchors.map((anchor) => ({ ...anchor, file, sha256 }));
  if (first === undefined) throw new RangeError('a route has an anchor');
  return { manifest: { ...expected, anchors: [first, ...rest] }, store, model };
}
