import type { HostTensors } from '@cairn/core';
import { hashWeights } from '@cairn/nn';
import { readSafetensors, writeSafetensors } from '@cairn/route';
import type { Session } from './session.ts';

/** Writes `weights/<role>.safetensors` whole and tells the journal. Returns the hash. */
export async function saveWeights(session: Session, role: string, weights: HostTensors): Promise<string> {
  const { env, state, order } = session;
  const file = `weights/${role}.safetensors`;
  const sha256 = await hashWeights(weights);
  await env.store.write(file, writeSafetensors(weights));
  env.journal.record({ type: 'weights', role, epoch: state.step / order.stepsPerEpoch, file, sha256 });
  return sha256;
}

/** Reads what `saveWeights` wrote. */
export async function readWeights(session: Session, role: string): Promise<HostTensors | undefined> {
  const file = `weights/${role}.safetensors`;
  const bytes = await session.env.store.read(file);
  return bytes === undefined
    ? undefined
    : readSafetensors(bytes, `${session.env.store.location}/${file}`).tensors;
}
