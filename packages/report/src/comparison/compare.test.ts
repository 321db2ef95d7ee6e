import { expect, test } from 'vitest';
import type { ConditionResult, StudyResult } from '../result.ts';
import { sampleCondition, sampleResult } from '../test-support/sample-result.ts';
import { compareStudy, contrastsIn } from './compare.ts';
import { comparisonCsv } from './csv.ts';
import type { OutcomesOf, RunOutcomes } from './images.ts';
import { planSeeds } from './plan-seeds.ts';
import { minus, pText, sentences, signed } from './sentences.ts';
import { summarise } from './summary.ts';

/** Six seeds: `accuracy` against a control of `base`. */
function study(
  accuracy: readonly number[],
  base: readonly number[],
  more: Partial<StudyResult> = {},
): StudyResult {
  const common = { anchors: [[12]], epochs: 12, multiplyAdds: 1e12 };
  const conditions = [
    sampleCondition({ ...common, name: 'kd', accuracy: base }),
    sampleCondition({ ...common, name: 'rco', accuracy }),
  ];
  return { ...sampleResult, seeds: base.map((_, i) => i), conditions, ...more };
}

const base = [0.5, 0.51, 0.52, 0.49, 0.505, 0.515];
const plus = (by: readonly number[]): number[] => base.map((value, i) => value + (by[i] ?? 0));
const primary = (margin?: number): Pick<StudyResult, 'primary'> => ({
  primary: [
    { condition: 'rco', against: 'kd', metric: 'test/top1', ...(margin === undefined ? {} : { margin }) },
  ],
});
const verdictIn = (result: StudyResult): unknown => compareStudy(result).contrasts[0]?.verdict;

test('every condition against its control first, then against the baseline, each pair once', () => {
  const pairs = contrastsIn(sampleResult, 'test/top1').map((c) => `${c.condition} ${c.role} ${c.against}`);
  expect(pairs).toEqual([
    'rco-eei control kd-restarts',
    'scratch baseline kd',
    'kd-restarts baseline kd',
    'rco-eei baseline kd',
  ]);
  const declared = { condition: 'rco-eei', against: 'scratch', metric: 'test/top1' };
  const [first, ...others] = contrastsIn({ ...sampleResult, primary: [declared] }, 'test/top1');
  expect(first).toEqual({ ...declared, kind: 'primary', role: 'named' });
  expect(others).toHaveLength(4);
  // Declared in another metric, it is exploratory here, and only where it would stand anyway.
  expect(contrastsIn({ ...sampleResult, primary: [declared] }, 'test/kl')).toHaveLength(4);
});

test("the table's differences are those of the comparison", () => {
  const { contrasts } = compareStudy(sampleResult, ['test/top1']);
  for (const { name, control, vsControl, vsBaseline } of summarise(sampleResult).conditions) {
    const found = (against: string | undefined) =>
      contrasts.find((c) => c.condition === name && c.against === against)?.difference;
    expect(found(control)).toEqual(vsControl);
    expect(found('kd')).toEqual(vsBaseline);
  }
});

test('endpoints: what was measured, accuracy first; what lacks a metric is named', () => {
  const { metrics, missing } = compareStudy(sampleResult);
  expect(metrics.map((info) => info.name)).toEqual(['test/top1', 'test/kl']);
  expect(missing.map((c) => `${c.condition} ${c.metric}`)).toEqual(['scratch test/kl']);
  expect(compareStudy(sampleResult, ['test/ece']).contrasts).toEqual([]);
  // A declared contrast does not vanish because nobody measured it.
  const primary = [{ condition: 'rco-eei', against: 'kd-restarts', metric: 'test/ece' }];
  expect(compareStudy({ ...sampleResult, primary }).missing[0]).toMatchObject({
    ...primary[0],
    kind: 'primary',
  });
});

test('findings, by rules that look at the data last', () => {
  const small = [1, 2, 1.5, 0.5, 1, 2].map((x) => x / 1000);
  const mixed = [1, -2, 1.5, -0.5, 1, -2].map((x) => x / 1000);
  // An interval clear of 0, but with one sign turned: 4 of 64.
  const turned = [4, 5, 4.5, 5, 4, -0.1].map((x) => x / 1000);
  expect(verdictIn(study(plus(small), base, primary()))).toEqual({ finding: 'higher', text: 'better' });
  expect(verdictIn(study(base, plus(small), primary()))).toEqual({ finding: 'lower', text: 'worse' });
  expect(verdictIn(study(plus(small), base, primary(0.006)))).toEqual({
    finding: 'higher',
    text: 'better, by less than the margin',
  });
  expect(verdictIn(study(plus(mixed), base, primary(0.006)))).toEqual({
    finding: 'equivalent',
    text: 'equivalent within 0.60 points',
  });
  expect(verdictIn(study(plus(mixed), base, primary(0.001)))).toEqual({
    finding: 'not-shown',
    text: 'not shown; 0.23 points would be seen',
  });
  expect(verdictIn(study(plus(turned), base, primary()))).toEqual({
    finding: 'higher',
    text: 'better; the sign-flip test does not confirm it',
  });
  expect(verdictIn(study(plus(small).slice(1), base.slice(1), primary(0.006)))).toEqual({
    finding: 'too-few-seeds',
    text: 'too few seeds to conclude',
  });
  expect(verdictIn(study([0.6], [0.5], primary(0.006)))).toEqual({
    finding: 'one-seed',
    text: 'one seed: no interval',
  });
});

test('an exploratory contrast needs its p after Holm', () => {
  const own = [3, 5, 1, 0.8, 4, 0.4].map((x) => x / 1000);
  const alone = study(plus(own), base);
  expect(verdictIn(alone)).toEqual({ finding: 'higher', text: 'better' });
  const others = ['a', 'b'].map((name) =>
    sampleCondition({ name, accuracy: plus([1, -1, 2, -2, 1, -1]), anchors: [], epochs: 1, multiplyAdds: 1 }),
  );
  const { contrasts } = compareStudy({ ...alone, conditions: [...alone.conditions, ...others] });
  const [rco] = contrasts;
  expect(rco?.holm).toBeCloseTo(3 * (rco?.t?.p ?? NaN), 12);
  expect(rco?.verdict).toEqual({ finding: 'not-shown', text: 'a hint; not shown after Holm' });
});

test('seeds to plan: the margin, a wish in points, half a point', () => {
  const [declared, wished, usual] = [
    planSeeds(compareStudy(study(plus([0.01, 0.012]), base, primary(0.006)))),
    planSeeds(compareStudy(study(plus([0.01, 0.012]), base)), 2),
    planSeeds(compareStudy(study(plus([0.01, 0.012]), base))),
  ].map(([plan]) => plan);
  expect([declared, wished, usual].map((plan) => plan?.difference)).toEqual([0.006, 0.02, 0.005]);
  // Differences 1, 1.2, 0, 0, 0, 0 points: sd 0.572.
  expect(usual?.sd).toBeCloseTo(0.00572, 5);
  // 0.5 / 0.572 = 0.874 standard deviations: 13 seeds.
  expect(usual?.seeds).toBe(13);
  expect(usual?.cautiousSeeds).toBeGreaterThan(13);
  const kl = planSeeds(compareStudy(sampleResult, ['test/kl']), 0.02);
  expect(kl.map((plan) => plan.difference)).toEqual([0.02, 0.02, 0.02]);
});

test('nothing in common', () => {
  const alone = compareStudy({ ...sampleResult, conditions: sampleResult.conditions.slice(0, 1) });
  expect(sentences(alone)).toEqual(['Nothing to compare: no two conditions have a seed in common.']);
  expect(planSeeds(alone)).toEqual([]);
});

test('CSV: a header, a line for each contrast, empty where there is nothing', () => {
  const lines = comparisonCsv(compareStudy(study([0.6], [0.5]))).split('\n');
  const [header = '', line = ''] = lines;
  expect(lines).toHaveLength(3);
  expect(header.startsWith('study,profile,metric,condition,against,kind,role,n,routes,mean,')).toBe(true);
  expect(line).toBe(
    'sample,default,test/top1,rco,kd,exploratory,baseline,1,1,0.6,0.5,0.09999999999999998,,,,,,,,,1,,,,,,,,,,,,,,,,,,,,1,one-seed',
  );
});

test('numbers as text', () => {
  expect([0.25, 0.0312, 0.05, 0.0039, 2e-7, 1].map(pText)).toEqual([
    '0.25',
    '0.031',
    '0.050',
    '0.0039',
    '<1e-6',
    '1.00',
  ]);
  expect([0.003, -0.0312, 0.00001].map((v) => signed(v, 'test/top1'))).toEqual(['+0.30', '−3.12', '0.00']);
  expect(signed(-0.01234, 'test/kl')).toBe('−0.0123');
  expect([-0.5, -0.001].map((v) => minus(v, 2))).toEqual(['−0.50', '0.00']);
});

/** Of 8 images: those with a 1 are right. The teacher says 1 of all. */
const outcomes = (right: string): RunOutcomes => ({
  predicted: Int32Array.from(right, Number),
  labels: new Int32Array(8).fill(1),
  teacher: new Int32Array(8).fill(1),
});

test('intervals over test images: for accuracy, within the seeds, where both sides have them', () => {
  const right = ['00001111', '01001111', '00011111'];
  const of = (names: readonly string[]): OutcomesOf => {
    return ({ folder, seed }) =>
      names.some((n) => folder.includes(`/${n}-t`)) ? outcomes(right[seed] ?? '') : undefined;
  };
  const all = compareStudy(sampleResult, undefined, of(['scratch', 'kd', 'kd-restarts', 'rco-eei']));
  const found = all.contrasts.map(({ metric, images }) => [metric, images?.images]);
  expect(new Set(found.map(String))).toEqual(new Set(['test/top1,8', 'test/kl,']));
  // The same images right on both sides: no other test set would tell them apart.
  expect(all.contrasts[0]?.images).toMatchObject({ mean: 0, low: 0, high: 0, imageError: 0 });
  expect(all.withoutImages).toEqual([]);
  expect(sentences(all).filter((text) => text.includes('image'))).toMatchInlineSnapshot(`
    [
      ""images" is the 95 % interval over 8 test images drawn again, for these trained networks; other seeds vary as "95 % t" says.",
      "No such interval for test/kl: of these a run keeps the mean over images alone.",
    ]
  `);
  const some = compareStudy(sampleResult, ['test/top1'], of(['kd']));
  expect(some.contrasts.map(({ images }) => images)).toEqual([undefined, undefined, undefined, undefined]);
  expect(some.withoutImages).toHaveLength(9);
  expect(sentences(some).filter((text) => text.includes('image'))).toMatchInlineSnapshot(`
    [
      "No interval over test images with scratch-t0-s0, scratch-t0-s1, scratch-t0-s2 and 6 more: made before Cairn kept which images a run got right ("cairn run … --fresh" makes them anew).",
    ]
  `);
  expect(compareStudy(sampleResult).withoutImages).toBeUndefined();
  const one = compareStudy(study([0.6], [0.5]), ['test/top1'], () => outcomes('00001111'));
  expect(sentences(one).find((text) => text.startsWith('"images"'))).toMatch(
    /; what another seed would give is not known\.$/,
  );
});

test('several routes for a seed: the mean of their differences; another metric of the same images', () => {
  const [kd, rco] = [sampleResult.conditions[1], sampleResult.conditions[3]] as [
    ConditionResult,
    ConditionResult,
  ];
  const twice = (condition: ConditionResult): ConditionResult => ({
    ...condition,
    runs: condition.runs.flatMap((run) =>
      [0, 1].map((teacherSeed) => {
        const metrics = { ...run.last.metrics, 'test/agree1': 0.5 };
        return { ...run, teacherSeed, folder: `${run.folder}/${teacherSeed}`, last: { epoch: 1, metrics } };
      }),
    ),
  });
  const result = { ...sampleResult, conditions: [twice(kd), twice(rco)] };
  const { contrasts } = compareStudy(result, ['test/top1', 'test/agree1'], ({ folder, teacherSeed }) =>
    outcomes(folder.includes('rco') ? (teacherSeed === 0 ? '11111111' : '00111111') : '00001111'),
  );
  // (8 − 4)/8 of one route, (6 − 4)/8 of the other.
  expect(contrasts.map(({ images }) => images?.mean)).toEqual([0.375, 0.375]);
  expect(contrasts[0]?.images?.imageError).toBeGreaterThan(0);
});
