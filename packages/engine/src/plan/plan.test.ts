import { equalEpochs } from '@cairn/anchor-policy-equal-epochs';
import { foreignRoute } from '@cairn/anchor-policy-foreign-route';
import { snapshotEnsemble } from '@cairn/anchor-policy-snapshot-ensemble';
import { bestSingle } from '@cairn/curriculum-best-single';
import { converged } from '@cairn/curriculum-converged';
import { rco } from '@cairn/curriculum-rco';
import { kd } from '@cairn/loss-kd';
import { countCost } from '@cairn/nn';
import { failureOf } from '@cairn/testing';
import { describe, expect, test } from 'vitest';
import { declared, planOf, registry, type PlanChanges } from '../test-support/declared-study.ts';

const hashesOf = async (changes: PlanChanges = {}) => {
  const { routes, runs } = await planOf(changes);
  return { route: routes[0]?.routeId, runs: runs.map(({ hash }) => hash) };
};
const change = async (changes: PlanChanges) => {
  const [before, after] = [await hashesOf(), await hashesOf(changes)];
  return {
    route: before.route === after.route ? 'same' : 'new',
    runs: before.runs.filter((hash) => !after.runs.includes(hash)).length,
  };
};

describe('what gives a route and runs a new identity', () => {
  test('nothing: the same study, the same hashes, all different', async () => {
    const { runs } = await hashesOf();
    expect(await change({})).toEqual({ route: 'same', runs: 0 });
    expect(new Set(runs).size).toBe(8);
  });

  test.each<[string, PlanChanges]>([
    ['the teacher’s model', { overrides: { 'teacher.model.depth': 14 } }],
    ['the teacher’s length', { overrides: { 'teacher.training.epochs': 9 } }],
    ['the teacher’s learning rate', { overrides: { 'teacher.training.optimizer.learningRate': 0.2 } }],
    ['the teacher’s schedule', { overrides: { 'teacher.training.schedule': { name: 'constant' } } }],
    ['the batch', { overrides: { batch: 16 } }],
    ['the share that is held out', { overrides: { 'validation.fraction': 0.1 } }],
    ['which samples are held out', { overrides: { 'validation.seed': 1 } }],
    ['the augmentation', { overrides: { 'augmentation.padding': 2 } }],
    ['the teacher’s seed', { overrides: { teacherSeeds: [1] } }],
    ['the data', { ground: { digest: 'other' } }],
    ['the numerics', { ground: { numerics: 'n-2' } }],
  ])('%s: route and all runs', async (_, changes) => {
    expect(await change(changes)).toEqual({ route: 'new', runs: 8 });
  });

  test.each<[string, PlanChanges]>([
    ['the recorder', { overrides: { 'teacher.recorder.every': 2 } }],
    ['an evaluator', { overrides: { 'evaluator.k': [1] } }],
    ['the size of the probe', { overrides: { 'validation.probe': 10 } }],
    ['the student’s model', { overrides: { 'student.model.width': 8 } }],
    ['the student’s length', { overrides: { 'student.training.epochs': 7 } }],
  ])('%s: all runs, not the route', async (_, changes) => {
    expect(await change(changes)).toEqual({ route: 'same', runs: 8 });
  });

  test('an option of one condition: its two seeds, and the runs that copy it', async () => {
    const one = { overrides: { 'conditions.rco-eei.curriculum.restartRate': 0.1 } };
    expect(await change(one)).toEqual({ route: 'same', runs: 2 });
    const copied = { overrides: { 'conditions.rco-greedy.curriculum.restartRate': 0.1 } };
    expect(await change(copied)).toEqual({ route: 'same', runs: 4 });
  });

  test('what is only for people, or where runs are trained: nothing', async () => {
    const overrides = { title: 'Another', question: 'Why?', 'conditions.rco-eei.control': 'kd' };
    expect(await change({ overrides })).toEqual({ route: 'same', runs: 0 });
  });

  test('more seeds leave those that are there', async () => {
    const { runs } = await hashesOf();
    const more = await hashesOf({ overrides: { seeds: [0, 1, 2] } });
    expect(more.runs).toHaveLength(12);
    expect(runs.filter((hash) => !more.runs.includes(hash))).toEqual([]);
  });
});

describe('a plan', () => {
  test('has every condition for every seed, those that are copied first', async () => {
    const { runs } = await planOf();
    expect(runs.slice(0, 4).map(({ id, copies }) => [id, copies])).toEqual([
      ['kd-t0-s0', {}],
      ['rco-greedy-t0-s0', {}],
      ['kd-restarts-t0-s0', { 'rco-greedy': 'rco-greedy-t0-s0' }],
      ['rco-eei-t0-s0', {}],
    ]);
    expect(runs[6]?.copies).toEqual({ 'rco-greedy': 'rco-greedy-t0-s1' });
  });

  test('crosses the seeds of teachers and students', async () => {
    const { routes, runs } = await planOf({ overrides: { teacherSeeds: [3, 4] } });
    expect(routes.map(({ id }) => id)).toEqual(['teacher-t3', 'teacher-t4']);
    expect(new Set(routes.map(({ routeId }) => routeId)).size).toBe(2);
    expect(runs).toHaveLength(16);
    expect(runs.filter(({ teacherSeed }) => teacherSeed === 4).map(({ routeId }) => routeId)).toEqual(
      Array.from({ length: 8 }, () => routes[1]?.routeId),
    );
  });

  test('knows lengths and anchors, or their bounds', async () => {
    const { runs } = await planOf();
    const outlines = runs.slice(0, 4).map(({ outline }) => outline);
    // 8 epochs of 3 steps: the converged teacher is step 24, four anchors are 6, 12, 18, 24.
    expect(outlines).toEqual([
      { epochs: [6], exact: true, anchors: [24] },
      { epochs: [6, 6, 6, 6], exact: false },
      { epochs: [6, 6, 6, 6], exact: false, anchors: [24, 24, 24, 24] },
      { epochs: [6, 6, 6, 6], exact: true, anchors: [6, 12, 18, 24] },
    ]);
  });

  test('counts what it will cost: images, and multiply-adds of 3 student passes and a teacher’s', async () => {
    const { routes, runs, study } = await planOf();
    const { spec } = registry.create(study.dataset);
    const [teacher, student] = [study.teacher.model, study.student.model].map(
      (model) => countCost(registry.create(model).graph(spec)).forward,
    );
    // 80 rows, 8 epochs of the teacher, 6 or 24 of a student.
    expect(routes[0]?.multiplyAdds).toBe(3 * (teacher ?? 0) * 80 * 8);
    expect(runs.slice(0, 4).map(({ images }) => images)).toEqual([480, 1920, 1920, 1920]);
    expect(runs[0]?.multiplyAdds).toBe(480 * (3 * (student ?? 0) + (teacher ?? 0)));
  });

  test('a condition without a teacher costs none', async () => {
    const curriculum = declared.study.teacher.curriculum;
    const file = { ...declared, study: { ...declared.study, conditions: { kd: { curriculum } } } };
    const { runs, study } = await planOf({ file });
    const { spec } = registry.create(study.dataset);
    const student = countCost(registry.create(study.student.model).graph(spec)).forward;
    expect(runs[0]?.multiplyAdds).toBe(480 * 3 * student);
  });

  test('is plain data', async () => {
    const plan = await planOf();
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });
});

describe('a study with several teachers', () => {
  const foreign = {
    ...declared.study.conditions,
    'rco-foreign': {
      curriculum: rco({ loss: kd(), anchorPolicy: foreignRoute({ of: equalEpochs() }) }),
      control: 'rco-eei',
    },
  };
  const file = { ...declared, study: { ...declared.study, conditions: foreign } };

  test("another teacher's route is that of the next teacher seed, and part of the hash", async () => {
    const { runs, routes } = await planOf({ file, overrides: { teacherSeeds: [3, 4, 5] } });
    const own = runs.filter(({ condition, seed }) => condition === 'rco-foreign' && seed === 0);
    expect(own.map((run) => run.foreignRouteId)).toEqual([1, 2, 0].map((i) => routes[i]?.routeId));
    const two = await planOf({ file, overrides: { teacherSeeds: [3, 5] } });
    const [first, same] = [own[0]?.hash, two.runs.find((r) => r.id === own[0]?.id)?.hash];
    expect(first === same).toBe(false);
    expect(runs.filter(({ foreignRouteId }) => foreignRouteId !== undefined)).toHaveLength(6);
  });

  test('one teacher has no other', async () => {
    expect(await failureOf(() => planOf({ file }))).toMatchInlineSnapshot(`
      "CAIRN_FOREIGN_ROUTE conditions.rco-foreign.curriculum: learns from another teacher's route, and the study has one teacher, seed 0
      a second one: teacher-seeds [0, 1]"
    `);
  });

  test('student seeds are dealt out to teachers in turn', async () => {
    const overrides = { teacherSeeds: [7, 8], seeds: [0, 1, 2, 3, 4], crossing: 'dealt' };
    const { runs } = await planOf({ overrides });
    const dealt = runs.filter(({ condition }) => condition === 'kd').map((r) => [r.teacherSeed, r.seed]);
    expect(dealt).toEqual([
      [7, 0],
      [7, 2],
      [7, 4],
      [8, 1],
      [8, 3],
    ]);
  });
});

describe('a student on fewer samples', () => {
  test('costs less, and the route stays what it was', async () => {
    const limited = { overrides: { 'student.samples': 30 } };
    expect(await change(limited)).toEqual({ route: 'same', runs: 8 });
    expect((await planOf(limited)).runs.slice(0, 2).map(({ images }) => images)).toEqual([180, 720]);
  });
});

describe('several teachers at once', () => {
  test('are counted in the cost', async () => {
    const anchorPolicy = snapshotEnsemble({ of: equalEpochs() });
    const conditions = { kd: { curriculum: rco({ loss: kd(), anchorPolicy }) } };
    const { runs, study } = await planOf({ file: { ...declared, study: { ...declared.study, conditions } } });
    const { spec } = registry.create(study.dataset);
    const [teacher = 0, student = 0] = [study.teacher.model, study.student.model].map(
      (model) => countCost(registry.create(model).graph(spec)).forward,
    );
    expect(runs[0]?.multiplyAdds).toBe(4 * 480 * (3 * student + 4 * teacher));
  });
});

describe('what a study cannot show', () => {
  const warningsOf = async (conditions: typeof declared.study.conditions, overrides = {}) =>
    (await planOf({ file: { ...declared, study: { ...declared.study, conditions } }, overrides })).warnings;

  test('nothing, where each long condition has a control as long', async () => {
    expect((await planOf()).warnings).toEqual([
      // kd-restarts copies the greedy run: what is a bound is no match.
      'rco-eei trains longer than plain distillation and has a control of another length, kd-restarts',
    ]);
    const matched = { 'conditions.kd-restarts.curriculum.restarts': { as: 'rco-eei' } };
    expect((await planOf({ overrides: matched })).warnings).toEqual([
      'rco-greedy trains longer than plain distillation and has a control of another length, kd-restarts',
    ]);
  });

  test('a long condition without a control, one seed', async () => {
    const { kd: baseline, 'rco-eei': eei } = declared.study.conditions;
    if (baseline === undefined || eei === undefined) throw new Error('no such condition');
    const alone = { kd: baseline, 'rco-eei': { curriculum: eei.curriculum } };
    expect(await warningsOf(alone, { seeds: [0] })).toEqual([
      'one seed: nothing is known of the spread, so no difference can be told from chance',
      'rco-eei trains longer than plain distillation and has no control of equal cost, such as kd-restarts as long as it',
    ]);
    const restarts = { curriculum: converged({ loss: kd(), restarts: 4 }) };
    const matched = { kd: baseline, restarts, 'rco-eei': { ...eei, control: 'restarts' } };
    expect(await warningsOf(matched)).toEqual([]);
    const one = rco({ loss: kd(), anchorPolicy: equalEpochs(), stages: 'one' });
    expect(await warningsOf({ kd: baseline, one: { curriculum: one } })).toEqual([]);
  });
});

describe('what is refused before anything is trained', () => {
  const failure = (changes: PlanChanges) => failureOf(() => planOf(changes));

  test('losses that do not fit, of the teacher and of conditions, all at once', async () => {
    const { kd } = declared.study.conditions;
    const options = { loss: kd?.curriculum.options['loss'] };
    const conditions = {
      ...declared.study.conditions,
      scratch: { curriculum: { kind: 'curriculum', id: 'supervised', options } },
    } as const;
    const file = { ...declared, study: { ...declared.study, conditions } };
    expect(await failure({ file, overrides: { 'teacher.curriculum.loss': 'kd' } })).toMatchInlineSnapshot(`
      "CAIRN_LOSS_GUIDE teacher.curriculum: loss kd: this update has no guide to learn from
      crossEntropy() learns from labels alone; or a curriculum with a teacher
      CAIRN_LOSS_GUIDE conditions.scratch.curriculum: loss kd: this update has no guide to learn from
      crossEntropy() learns from labels alone; or a curriculum with a teacher"
    `);
  });

  test('a primary contrast in a metric that no evaluator gives', async () => {
    const primary = ['test/top1', 'val/top5', 'test/kl'].map((metric) => {
      return { condition: 'rco-eei', against: 'kd-restarts', metric };
    });
    const file = { ...declared, study: { ...declared.study, primary } };
    expect(await failure({ file })).toMatchInlineSnapshot(`
      "CAIRN_METRIC_UNKNOWN primary.2.metric: no evaluator of the study gives "test/kl"
      known: test/top1, test/top5, val/top1, val/top5"
    `);
  });

  test('a policy that looks at the student where nothing is held out', async () => {
    expect(await failure({ overrides: { 'validation.fraction': 0 } })).toMatchInlineSnapshot(`
      "CAIRN_PROBE_EMPTY conditions.rco-greedy.curriculum: anchor policy "greedy" looks at held-out samples, and there are none
      validation.fraction above 0, or a policy that plans from the route alone"
    `);
    const conditions = { kd: { curriculum: bestSingle({ loss: kd(), of: equalEpochs() }) } };
    const file = { ...declared, study: { ...declared.study, conditions } };
    expect(await failure({ file, overrides: { 'validation.fraction': 0 } })).toMatchInlineSnapshot(`
      "CAIRN_PROBE_EMPTY conditions.kd.curriculum: "best-single" decides by held-out samples, and there are none
      validation.fraction above 0"
    `);
    const overrides = { 'validation.fraction': 0, 'anchor-policy': 'final' };
    expect((await planOf({ overrides })).runs[0]?.images).toBe(600);
  });
});
