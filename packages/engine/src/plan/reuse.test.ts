import { describe, expect, test } from 'vitest';
import type { Lesson } from '../index.ts';
import { planOf, type PlanChanges } from '../test-support/declared-study.ts';
import { lessonsOf, sharedLessons, taughtEpochs } from './lessons.ts';
import { plannedReuse } from './reuse.ts';

/** 80 rows to train on in 3 batches; 6 epochs of the student, 8 anchors at epochs 1…8; 4 classes. */
const seedOne = { seeds: [1] };
const banked = { ...seedOne, 'augmentation.views': 2 };

async function ground(changes: PlanChanges = {}) {
  const plan = await planOf(changes);
  const run = (id: string) => {
    const found = plan.runs.find((r) => r.id === id);
    if (found === undefined) throw new Error(`no run ${id}`);
    return found;
  };
  return { plan, run, all: new Set(plan.runs.map(({ id }) => id)) };
}

describe('what a plan knows of the epochs of a run', () => {
  test('anchors and views in order', async () => {
    const { run } = await ground({ overrides: banked });
    expect(taughtEpochs(run('kd-t0-s1'))).toEqual(
      [1, 0, 1, 0, 1, 0].map((view) => ({ anchors: [24], view: { bank: 0, view } })),
    );
    const eei = taughtEpochs(run('rco-eei-t0-s1')) ?? [];
    expect(eei.map(({ anchors }) => anchors.join()).filter((_, i) => i % 6 === 0)).toEqual([
      '6',
      '12',
      '18',
      '24',
    ]);
    expect(taughtEpochs(run('rco-greedy-t0-s1'))).toBeUndefined();
  });

  test('an epoch of two anchors belongs to none of them', async () => {
    const overrides = {
      ...seedOne,
      'conditions.rco-eei.curriculum.stageEpochs': 1.5,
    };
    const { run } = await ground({ overrides });
    const eei = taughtEpochs(run('rco-eei-t0-s1'));
    expect(eei).toEqual([
      { anchors: [6], view: { seed: 1, epoch: 1 } },
      { anchors: [12], view: { seed: 1, epoch: 3 } },
      { anchors: [18], view: { seed: 1, epoch: 4 } },
      { anchors: [24], view: { seed: 1, epoch: 6 } },
    ]);
  });

  test('who teaches, what for, and at what cost', async () => {
    const { run } = await ground();
    const { guide, multiplyAdds, images } = run('kd-t0-s0');
    expect(guide?.outputs).toEqual({ logits: 4 });
    expect(guide?.multiplyAdds).toBe(images * (guide?.forward ?? NaN));
    expect(multiplyAdds).toBeGreaterThan(guide?.multiplyAdds ?? NaN);
  });
});

describe('what is worth a file', () => {
  /** How many of the epochs that a run knows are kept. */
  const keptOf = async (id: string, changes: PlanChanges, due?: ReadonlySet<string>) => {
    const { plan, run, all } = await ground(changes);
    const keep = sharedLessons(plan, due ?? all)(run(id));
    return (lessonsOf(run(id)) ?? [])
      .map(([lesson]) => (lesson !== undefined && keep(lesson) ? 1 : 0))
      .join('');
  };

  test('fresh views: what another condition of the seed asks for in the same epoch', async () => {
    // kd-restarts has the converged teacher for 24 epochs, kd for 6, rco-eei in its last stage.
    expect(await keptOf('kd-t0-s0', {})).toBe('111111');
    expect(await keptOf('kd-restarts-t0-s0', {})).toBe('111111000000000000111111');
    expect(await keptOf('rco-eei-t0-s0', {})).toBe('000000000000000000111111');
  });

  test('not what is finished asks for', async () => {
    const due = new Set(['kd-t0-s0', 'rco-eei-t0-s0']);
    expect(await keptOf('kd-t0-s0', {}, due)).toBe('000000');
  });

  test('a bank: what is seen again, and what a policy may choose', async () => {
    const alone = { overrides: { ...banked, 'augmentation.views': 4 } };
    expect(await keptOf('kd-t0-s1', alone, new Set(['kd-t0-s1']))).toBe('110011');
    expect(await keptOf('kd-t0-s1', alone, new Set(['kd-t0-s1', 'rco-greedy-t0-s1']))).toBe('111111');
  });

  test('of a policy that looks at the student: what is planned elsewhere', async () => {
    const { plan, run, all } = await ground({ overrides: seedOne });
    const keep = sharedLessons(plan, all)(run('rco-greedy-t0-s1'));
    const lesson = (anchor: number, epoch: number): Lesson => ({
      routeId: run('kd-t0-s1').routeId,
      anchors: [anchor],
      view: { seed: 1, epoch },
      output: 'logits',
    });
    expect([keep(lesson(24, 20)), keep(lesson(6, 2)), keep(lesson(12, 2))]).toEqual([true, true, false]);
    const bank = await ground({ overrides: banked });
    const always = sharedLessons(bank.plan, bank.all)(bank.run('rco-greedy-t0-s1'));
    expect(always({ ...lesson(12, 2), view: { bank: 0, view: 1 } })).toBe(true);
  });
});

describe('what the cache will do', () => {
  /** Epochs of 80 images that are not worked out, less the first batch of each. */
  const epochs = (count: number) => count * (80 - 32);
  const bytesOf = (files: number, width = 4) => files * 80 * 4 * width;

  async function reuse(changes: PlanChanges) {
    const { plan, run, all } = await ground(changes);
    const { bytes, saved } = plannedReuse(plan, all);
    const images = [...saved].map(([id, multiplyAdds]) => [
      id,
      multiplyAdds / (run(id).guide?.forward ?? NaN),
    ]);
    return { bytes, images: Object.fromEntries(images) as Record<string, number> };
  }

  test('fresh views', async () => {
    const { bytes, images } = await reuse({ overrides: seedOne });
    expect(images).toEqual({
      'kd-t0-s1': 0,
      'rco-eei-t0-s1': epochs(6),
      'kd-restarts-t0-s1': epochs(6),
      'rco-greedy-t0-s1': 0,
    });
    expect(bytes).toBe(bytesOf(12));
  });

  test('a bank', async () => {
    const { bytes, images } = await reuse({ overrides: { ...banked, seeds: [1, 2] } });
    expect(images).toMatchObject({
      'kd-t0-s1': epochs(4),
      'kd-t0-s2': epochs(6),
      'rco-eei-t0-s1': epochs(24 - 6),
      'rco-eei-t0-s2': epochs(24),
      'kd-restarts-t0-s1': epochs(24),
    });
    // Two views of four anchors.
    expect(bytes).toBe(bytesOf(8));
    const half = await reuse({ overrides: { ...banked, seeds: [1, 2], 'teacher.outputs': 'float16' } });
    expect(half.bytes).toBe(bytesOf(8, 2));
  });
});

test('ids of runs change where what they see or hear changes, and nowhere else', async () => {
  const hashes = async (overrides: PlanChanges['overrides']) =>
    (await planOf({ overrides: { ...seedOne, ...overrides } })).runs.map(({ hash }) => hash);
  const [plain, fresh] = [await hashes({}), await hashes({ 'augmentation.seed': 4 })];
  expect(fresh).toEqual(plain);
  const different = await Promise.all([
    hashes({ 'augmentation.views': 2 }),
    hashes({ 'augmentation.views': 2, 'augmentation.seed': 4 }),
    hashes({ 'augmentation.views': 3 }),
    hashes({ 'teacher.outputs': 'float16' }),
  ]);
  const all = [plain, ...different].flat();
  expect(new Set(all).size).toBe(all.length);
  const routes = (await planOf({ overrides: { ...banked, 'teacher.outputs': 'float16' } })).routes;
  expect(routes.map(({ routeId }) => routeId)).toEqual((await planOf()).routes.map(({ routeId }) => routeId));
});
