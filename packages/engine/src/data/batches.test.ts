import '@tensorflow/tfjs-backend-cpu';
import { createRandom, memorySplits, type Augmentation, type Split } from '@cairn/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { BatchMaker, disposeBatch, EpochOrder } from './batches.ts';

const input = {
  kind: 'image',
  height: 1,
  width: 2,
  channels: 2,
  mean: [0.5, 0.25],
  std: [0.25, 0.5],
} as const;
/** Four samples of one row and two pixels of two channels. */
const pixels = Uint8Array.of(0, 0, 255, 255, 51, 102, 153, 204, 1, 2, 3, 4, 5, 6, 7, 8);

let split: Split;
beforeAll(async () => {
  await tf.setBackend('cpu');
  const spec = { id: 'four', input, classes: 3 };
  const train = { labels: Int32Array.of(2, 0, 1, 2), pixels };
  split = (await memorySplits(spec, train, train)).train;
});

/** Adds a number that is drawn for the sample. */
const shift: Augmentation = {
  apply: (from, to, _image, random) => {
    const by = random.below(100);
    from.forEach((value, i) => (to[i] = value + by));
  },
};
const double: Augmentation = { apply: (from, to) => from.forEach((value, i) => (to[i] = 2 * value)) };

/** Values of each sample of a batch. */
async function samplesOf(maker: BatchMaker, rows: readonly number[], epoch?: number): Promise<number[][]> {
  const address = epoch === undefined ? undefined : { random: createRandom(7), epoch };
  const batch = await maker.make(Int32Array.from(rows), address);
  try {
    const values = Array.from(await (batch.inputs['x'] as tf.Tensor).data());
    return rows.map((_, i) => values.slice(4 * i, 4 * i + 4));
  } finally {
    disposeBatch(batch);
  }
}

describe('a batch', () => {
  test('holds (value/255 − mean)/std by channel, labels and rows in the order asked', async () => {
    const batch = await new BatchMaker(split, input).make(Int32Array.of(1, 0));
    // Row 1 is 0.2, 0.4, 0.6, 0.8: (0.2 − 0.5)/0.25 = −1.2, (0.4 − 0.25)/0.5 = 0.3, 0.4, 1.1.
    const expected = [-1.2, 0.3, 0.4, 1.1, -2, -0.5, 2, 1.5];
    const found = await (batch.inputs['x'] as tf.Tensor).data();
    expected.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 6));
    expect(batch.inputs['x']?.shape).toEqual([2, 1, 2, 2]);
    expect([batch.labels.dtype, Array.from(await batch.labels.data())]).toEqual(['int32', [0, 2]]);
    expect([batch.indices, batch.size]).toEqual([Int32Array.of(1, 0), 2]);
    disposeBatch(batch);
  });

  test('is the caller’s, and nothing else stays', async () => {
    const before = tf.memory().numTensors;
    const batch = await new BatchMaker(split, input, [shift]).make(Int32Array.of(0, 3), {
      random: createRandom(1),
      epoch: 1,
    });
    expect(tf.memory().numTensors).toBe(before + 2);
    disposeBatch(batch);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('a row that the split lacks is refused', async () => {
    await expect(new BatchMaker(split, input).make(Int32Array.of(4))).rejects.toThrow('row: got 4; 0 to 3');
  });
});

describe('augmentation', () => {
  test('depends on epoch and row, not on the batch around it', async () => {
    const maker = new BatchMaker(split, input, [shift]);
    const [all, some, alone] = await Promise.all([
      samplesOf(maker, [0, 1, 2, 3], 5),
      samplesOf(maker, [3, 1], 5),
      samplesOf(maker, [1], 5),
    ]);
    expect(some).toEqual([all[3], all[1]]);
    expect(alone).toEqual([all[1]]);
    expect(await samplesOf(maker, [1], 6)).not.toEqual(alone);
  });

  test('is left out without an address', async () => {
    const maker = new BatchMaker(split, input, [shift]);
    expect(await samplesOf(maker, [0, 1])).toEqual(await samplesOf(new BatchMaker(split, input), [0, 1]));
  });

  test('several go one after the other, in bytes', async () => {
    const twice = new BatchMaker(split, input, [double, double, double]);
    // Bytes 1 2 3 4 times 8 are 8 16 24 32.
    const [sample] = await samplesOf(twice, [2], 1);
    const expected = [8, 16, 24, 32].map(
      (v, i) => (v / 255 - (input.mean[i % 2] ?? 0)) / (input.std[i % 2] ?? 1),
    );
    expected.forEach((value, i) => expect(sample?.[i]).toBeCloseTo(value, 6));
  });

  test('leaves the split’s bytes alone', async () => {
    await samplesOf(new BatchMaker(split, input, [double]), [0, 1, 2, 3], 1);
    expect(await split.read(Int32Array.of(0, 1, 2, 3))).toEqual({ kind: 'image', bytes: pixels });
  });
});

describe('the order of an epoch', () => {
  const rows = Int32Array.from({ length: 10 }, (_, i) => 100 + i);
  const epochOf = (order: EpochOrder, epoch: number): number[] =>
    Array.from({ length: order.stepsPerEpoch }, (_, i) => Array.from(order.rowsAt(epoch, i))).flat();

  test('has every row once, the last batch as short as it comes', () => {
    const order = new EpochOrder(rows, 4, createRandom(0));
    expect(order.stepsPerEpoch).toBe(3);
    expect([0, 1, 2].map((i) => order.rowsAt(1, i).length)).toEqual([4, 4, 2]);
    for (const epoch of [1, 2, 3]) expect(epochOf(order, epoch).sort()).toEqual(Array.from(rows));
  });

  test('is another one in every epoch and for every seed', () => {
    const order = new EpochOrder(rows, 4, createRandom(0));
    expect(epochOf(order, 2)).not.toEqual(epochOf(order, 1));
    expect(epochOf(new EpochOrder(rows, 4, createRandom(1)), 1)).not.toEqual(epochOf(order, 1));
  });

  test('does not depend on the size of the batches', () => {
    expect(epochOf(new EpochOrder(rows, 3, createRandom(0)), 1)).toEqual(
      epochOf(new EpochOrder(rows, 10, createRandom(0)), 1),
    );
  });

  test('goes on in mid-epoch as if it had never stopped', () => {
    const whole = new EpochOrder(rows, 4, createRandom(0));
    const resumed = new EpochOrder(rows, 4, createRandom(0));
    expect(resumed.rowsAt(2, 1)).toEqual(whole.rowsAt(2, 1));
    expect(resumed.rowsAt(2, 2)).toEqual(whole.rowsAt(2, 2));
    expect(resumed.rowsAt(1, 0)).toEqual(whole.rowsAt(1, 0));
  });
});
