import { cropFlip } from '@cairn/augmentation-crop-flip';
import { createRandom, createRegistry, type Split } from '@cairn/core';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { BatchMaker, disposeBatch } from './batches.ts';
import { viewAddress, viewOf, type ViewRule } from './views.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const crop = cropFlip({ padding: 2 });
const fresh = (seed: number): ViewRule => ({ seed, augmentations: [crop] });
const bank = (seed: number, views: number): ViewRule => ({
  ...fresh(seed),
  augmentation: { views, seed: 9 },
});

describe('the view of an epoch', () => {
  test('fresh: another one in every epoch of every seed', () => {
    expect(viewAddress(fresh(3), 7)).toEqual({ seed: 3, epoch: 7 });
  });

  test('a bank: all views in turn, seeds begin with different ones', () => {
    const views = (seed: number) =>
      [1, 2, 3, 4, 5].map((epoch) => Object.values(viewAddress(bank(seed, 3), epoch)));
    expect(views(0)).toEqual([0, 1, 2, 0, 1].map((view) => [9, view]));
    expect(views(4)).toEqual([1, 2, 0, 1, 2].map((view) => [9, view]));
  });

  test('without augmentations there is one view', () => {
    expect(viewAddress({ seed: 5, augmentations: [] }, 8)).toEqual({ bank: 0, view: 0 });
  });
});

describe('samples', () => {
  const bytes = Uint8Array.from({ length: 6 * 8 * 8 }, (_, i) => (i * 37) % 251);
  const split: Split = {
    size: 6,
    labels: new Int32Array(6),
    read: (rows) =>
      Promise.resolve({
        kind: 'image',
        bytes: Uint8Array.from([...rows].flatMap((row) => [...bytes.subarray(row * 64, row * 64 + 64)])),
      }),
  };
  const input = { kind: 'image', height: 8, width: 8, channels: 1, mean: [0], std: [1] } as const;
  const maker = new BatchMaker(split, input, [createRegistry([cropFlip]).create(crop)]);

  /** A sample of a student's epoch. */
  async function sample(rule: ViewRule, epoch: number, row: number): Promise<readonly number[]> {
    const view = viewOf(rule, createRandom(rule.seed), epoch);
    const batch = await maker.make(Int32Array.of(row), view);
    expect(batch.address).toEqual(view.address);
    const values = [...((await batch.inputs['x']?.data()) ?? [])];
    disposeBatch(batch);
    return values;
  }

  test('of a bank are the same for every seed, view by view', async () => {
    for (const row of [0, 4]) {
      // Seed 2 sees in epoch 1 what seed 0 sees in epoch 3.
      expect(await sample(bank(2, 4), 1, row)).toEqual(await sample(bank(0, 4), 3, row));
      expect(await sample(bank(0, 4), 5, row)).toEqual(await sample(bank(0, 4), 1, row));
    }
    const seen = await Promise.all([1, 2, 3, 4].map((epoch) => sample(bank(0, 4), epoch, 1)));
    expect(new Set(seen.map(String)).size).toBe(4);
    const other = { ...bank(0, 4), augmentation: { views: 4, seed: 10 } };
    expect(await sample(other, 1, 1)).not.toEqual(await sample(bank(0, 4), 1, 1));
  });

  test('a larger bank begins with the views of a smaller one', async () => {
    expect(await sample(bank(0, 8), 3, 5)).toEqual(await sample(bank(0, 4), 3, 5));
  });

  test('fresh ones depend on the seed', async () => {
    const seen = await Promise.all([0, 1].flatMap((seed) => [1, 2].map((e) => sample(fresh(seed), e, 2))));
    expect(new Set(seen.map(String)).size).toBe(4);
  });
});
