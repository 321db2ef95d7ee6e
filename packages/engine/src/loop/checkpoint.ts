/** The whole state of a run in one sealed file: networks, optimisers, and where the loop stands. */
import type { HostTensor, HostTensors, JsonObject, Network, NetState, Store } from '@cairn/core';
import { openSealed, seal } from '@cairn/route';
import type { Reuse, RunState } from './types.ts';

export const CHECKPOINT = 'checkpoint/state.safetensors';

export const NO_REUSE: Reuse = { batches: 0, cached: 0, multiplyAdds: 0 };

interface SavedState {
  readonly state: RunState;
  readonly updates: Readonly<Record<string, number>>;
}

export async function saveCheckpoint(
  store: Store,
  networks: ReadonlyMap<string, Network>,
  state: RunState,
): Promise<void> {
  const tensors: Record<string, HostTensor> = {};
  const updates: Record<string, number> = {};
  for (const [name, network] of networks) {
    const saved = await network.save();
    updates[name] = saved.updates;
    for (const [key, tensor] of Object.entries(saved.weights)) tensors[`${name}:weights:${key}`] = tensor;
    for (const [key, tensor] of Object.entries(saved.optimizer)) tensors[`${name}:optimizer:${key}`] = tensor;
  }
  const saved: SavedState = { state, updates };
  await store.write(CHECKPOINT, await seal(tensors, saved as unknown as JsonObject));
}

/**
 * Puts the networks back where they were.
 * @returns undefined where the run has not got that far
 * @throws CAIRN_CHECKPOINT_DAMAGED for a file that is not what was written
 */
export async function loadCheckpoint(
  store: Store,
  networks: ReadonlyMap<string, Network>,
): Promise<RunState | undefined> {
  const bytes = await store.read(CHECKPOINT);
  if (bytes === undefined) return undefined;
  const sealed = await openSealed(bytes, `${store.location}/${CHECKPOINT}`);
  const { state, updates } = sealed.state as unknown as SavedState;
  for (const [name, network] of networks) {
    const saved: NetState = {
      weights: below(sealed.tensors, `${name}:weights:`),
      optimizer: below(sealed.tensors, `${name}:optimizer:`),
      updates: updates[name] ?? 0,
    };
    network.load(saved);
  }
  // A checkpoint of an older Cairn does not say it: nothing began anew there, and there was no cache.
  return { ...state, born: state.born ?? 0, reuse: state.reuse ?? NO_REUSE };
}

function below(tensors: HostTensors, prefix: string): HostTensors {
  const entries = Object.entries(tensors).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(entries.map(([key, tensor]) => [key.slice(prefix.length), tensor]));
}
