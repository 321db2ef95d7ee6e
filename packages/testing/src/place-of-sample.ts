import type { Network, Outputs } from '@cairn/core';
import * as tf from '@tensorflow/tfjs-core';

/** A batch: the samples in it, in their order. */
export type SampleBatch = readonly number[];

/**
 * Batches of many sizes and orders, each sample in several: alone, in twos and threes, in all at once, backwards.
 * @param samples how many there are, at least 2
 */
export function batchesOf(samples: number): readonly SampleBatch[] {
  const all = Array.from({ length: samples }, (_, i) => i);
  const inGroups = (size: number): SampleBatch[] =>
    all.filter((i) => i % size === 0).map((i) => all.slice(i, i + size));
  return [all, all.toReversed(), ...inGroups(1), ...inGroups(2), ...inGroups(3), [0, 0, samples - 1, 0]];
}

/**
 * Where a sample's output depends on its batch or on its place in it, bit by bit: `logits of sample 3 in a batch of 2,
 * place 1`. Empty where it never does, which is what a cache of outputs stands on.
 * @param inputs of all samples
 * @param wanted outputs and taps that are compared
 */
export async function placeFaults(
  network: Network,
  inputs: Outputs,
  wanted: readonly string[],
): Promise<readonly string[]> {
  const samples = Object.values(inputs)[0]?.shape[0] ?? 0;
  const [whole, ...others] = batchesOf(samples);
  const expected = await rowsOf(network, inputs, whole ?? [], wanted);
  const faults: string[] = [];
  for (const batch of others) {
    const found = await rowsOf(network, inputs, batch, wanted);
    for (const name of wanted) {
      batch.forEach((sample, place) => {
        const [a, b] = [expected.get(name)?.[sample], found.get(name)?.[place]];
        if (a?.length === b?.length && a?.every((value, i) => Object.is(value, b?.[i])) === true) return;
        faults.push(`${name} of sample ${sample} in a batch of ${batch.length}, place ${place}`);
      });
    }
  }
  return faults;
}

/** Outputs of a batch of samples, by name and place. */
async function rowsOf(
  network: Network,
  inputs: Outputs,
  batch: SampleBatch,
  wanted: readonly string[],
): Promise<ReadonlyMap<string, readonly Float32Array[]>> {
  const given = tf.tidy(() => {
    const places = tf.tensor1d([...batch], 'int32');
    return Object.fromEntries(Object.entries(inputs).map(([name, all]) => [name, tf.gather(all, places)]));
  });
  const outputs = await network.infer(given, wanted);
  try {
    const rows = new Map<string, readonly Float32Array[]>();
    for (const name of wanted) {
      const values = ((await outputs[name]?.data()) ?? new Float32Array()) as Float32Array;
      const width = values.length / batch.length;
      rows.set(
        name,
        batch.map((_, i) => values.slice(i * width, (i + 1) * width)),
      );
    }
    return rows;
  } finally {
    tf.dispose([given, outputs]);
  }
}
