/** The test split is for reporting: nothing reads it while anything is trained or chosen. */
import { MemoryStore, type Split, type Splits } from '@cairn/core';
import { greedy } from '@cairn/anchor-policy-greedy';
import { rco } from '@cairn/curriculum-rco';
import { kd } from '@cairn/loss-kd';
import { beforeAll, expect, test } from 'vitest';
import { cacheIn, smallStudy, type SmallStudy } from '../test-support/small-study.ts';

let study: SmallStudy;
beforeAll(async () => {
  study = await smallStudy();
});

/** The splits, telling of each look at the test split. */
function watched({ test: held, ...splits }: Splits, looked: (at: string) => void): Splits {
  const split: Split = {
    size: held.size,
    get labels() {
      looked('labels');
      return held.labels;
    },
    read(rows) {
      looked('images');
      return held.read(rows);
    },
  };
  return { ...splits, test: split };
}

test('it is read when the last step of the training is done, and not before', async () => {
  let steps = 0;
  const looks: (readonly [at: string, steps: number])[] = [];
  const splits = watched(study.splits, (at) => void looks.push([at, steps]));
  const observer = { progress: () => void steps++, note: () => undefined };
  const curriculum = rco({ loss: kd(), anchorPolicy: greedy({ anchors: 2, bootstrap: 100 }) });
  // An empty cache: the teacher's outputs on the test split are computed by this run.
  const cache = cacheIn(new MemoryStore('cache'));
  const result = await study.teach(study.studentSpec(curriculum), { splits, observer, cache });
  expect(result.stages.length).toBeGreaterThan(1);
  expect(new Set(looks.map(([at]) => at))).toEqual(new Set(['labels', 'images']));
  expect(new Set(looks.map(([, at]) => at))).toEqual(new Set([steps]));
  expect(result.last['test/agreement'] ?? result.last['test/kl']).toBeDefined();
});
