/** What a figure draws is what it was given, in the unit that its axis names. */
import { expect, test } from 'vitest';
import { compareStudy } from '../comparison/compare.ts';
import { summarise } from '../comparison/summary.ts';
import { classChanges } from '../statistics/class-changes.ts';
import { tQuantile } from '../statistics/student-t.ts';
import { sampleResult } from '../test-support/sample-result.ts';
import {
  sampleAnswers,
  sampleHardness,
  sampleLandscape,
  samplePlane,
  sampleTraces,
} from '../test-support/sample-traces.ts';
import { accuracyFigure } from './accuracy.ts';
import { calibrationFigure } from './calibration.ts';
import { classesFigure } from './classes.ts';
import { contrastsFigure } from './contrasts.ts';
import { costFigure } from './cost.ts';
import { type FigureOrReason, isOmitted } from './figure.ts';
import { hardnessFigure } from './hardness-map.ts';
import { landscapeFigure } from './landscape.ts';
import { fidelityFigure, lossFigure } from './lines.ts';
import { looksOf } from './palette.ts';
import { viewsOf } from './plane-views.ts';
import { predictionsFigure } from './plane.ts';

const looks = looksOf(sampleResult.conditions.map(({ name }) => name));

type Row = Readonly<Record<string, unknown>>;

/** Every row of data that a figure holds. */
function rowsOf(figure: FigureOrReason): readonly Row[] {
  if (isOmitted(figure)) throw new Error(figure.why);
  const found: Row[] = [];
  const walk = (part: unknown): void => {
    if (Array.isArray(part)) return part.forEach(walk);
    if (typeof part !== 'object' || part === null) return;
    for (const [key, value] of Object.entries(part)) {
      if (key === 'data') found.push(...(value as { readonly values: readonly Row[] }).values);
      else walk(value);
    }
  };
  walk(figure.spec);
  return found;
}

const about = (value: number): number => expect.closeTo(value, 9) as number;

test('accuracy: every epoch of every seed in percent, their mean with its t-interval, and the anchors', () => {
  const rows = rowsOf(accuracyFigure(sampleTraces, looks));
  for (const { series } of sampleTraces) {
    for (const { epoch, value } of series.get('val/top1') ?? [])
      expect(rows).toContainEqual(
        expect.objectContaining({ epoch, value: about(100 * value), run: expect.any(Number) as number }),
      );
  }
  // Scratch after one epoch: 52, 53 and 54 %; their standard deviation is 1.
  const half = tQuantile(0.975, 2) / Math.sqrt(3);
  expect(rows).toContainEqual({ epoch: 1, value: about(53), low: about(53 - half), high: about(53 + half) });
  const switches = [3, 6, 12].map((anchor, i) => ({ epoch: 4 * i, text: String(anchor) }));
  expect(rows.filter((row) => 'text' in row && 'epoch' in row).slice(-3)).toEqual(switches);
});

test('lines: means over seeds of what was recorded', () => {
  // KL of kd after two epochs: 2, 2.1 and 2.2 over (2 + 1).
  expect(rowsOf(fidelityFigure(sampleTraces, looks))).toContainEqual(
    expect.objectContaining({ epoch: 2, value: about(2.1 / 3) }),
  );
  // Loss after three epochs: 1, 1.1 and 1.2.
  expect(rowsOf(lossFigure(sampleTraces, looks))).toContainEqual(
    expect.objectContaining({ epoch: 3, value: about(1.1) }),
  );
});

test('hardness: each cell its KL in nats and its agreement in percent; framed what teaches from there on', () => {
  const cells = rowsOf(hardnessFigure(sampleHardness, looks)).filter((row) => 'ink' in row);
  const { rows, candidates } = sampleHardness;
  const numbers = rows.flatMap(({ kl }) => kl).map(about);
  const shares = rows.flatMap(({ agreement }) => agreement).map((share) => about(100 * share));
  const half = numbers.length;
  expect(cells.slice(0, half).map(({ value }) => value)).toEqual(numbers);
  const right = cells.findIndex(({ value }, i) => i >= half && value === 10);
  expect(cells.slice(right, right + half).map(({ value }) => value)).toEqual(shares);
  expect(cells.slice(0, half).map(({ taught }) => taught)).toEqual(
    rows.flatMap(({ next }) => candidates.map((epoch) => next.includes(epoch))),
  );
});

test('planes: points are where they were put; dotted is what kept nothing on its way', () => {
  const [teacher, bare, ...others] = samplePlane.paths;
  if (teacher === undefined || bare === undefined) throw new Error('no paths');
  const figure = predictionsFigure(
    { ...samplePlane, paths: [teacher, { ...bare, oneStage: true }, ...others] },
    looks,
  );
  const rows = rowsOf(figure);
  for (const { points } of samplePlane.paths)
    for (const point of points) expect(rows).toContainEqual(expect.objectContaining({ ...point }));
  const dotted = JSON.stringify(isOmitted(figure) ? '' : figure.spec).match(/"strokeDash":\[1,3\]/g);
  expect(dotted).toHaveLength(viewsOf(samplePlane.paths, samplePlane.marks).length);
  expect(isOmitted(figure) ? '' : figure.caption).toContain('Dotted: scratch, trained in one stage');
});

test('landscapes: each loss where it was measured', () => {
  const { steps, loss } = sampleLandscape;
  const cells = rowsOf(landscapeFigure([sampleLandscape])).filter((row) => 'loss' in row);
  expect(cells.map((cell) => cell['loss'])).toEqual(loss);
  expect(cells.map(({ left, bottom }) => [Number(left) + 0.5, Number(bottom) + 0.5])).toEqual(
    steps.flatMap((y) => steps.map((x) => [x, y])),
  );
});

test('cost and contrasts: the numbers of cairn compare', () => {
  const cost = rowsOf(costFigure(sampleResult, looks)).filter((row) => 'cost' in row);
  for (const { name, last, multiplyAdds } of summarise(sampleResult).conditions) {
    expect(cost).toContainEqual(
      expect.objectContaining({ name, cost: multiplyAdds, value: about(100 * (last?.mean ?? NaN)) }),
    );
  }
  const comparison = compareStudy(sampleResult);
  const rows = rowsOf(contrastsFigure(comparison, looks));
  const drawn = comparison.contrasts.filter(({ metric }) => ['test/top1', 'test/kl'].includes(metric));
  expect(drawn.length).toBeGreaterThan(5);
  for (const { metric, difference, t } of drawn) {
    const unit = metric === 'test/top1' ? 100 : 1;
    const found = rows.find(
      (row) => 'arrows' in row && Math.abs(Number(row['value']) - unit * difference.mean) < 1e-12,
    );
    expect(found).toBeDefined();
    if (t !== undefined && (found?.['arrows'] as unknown[]).length === 0)
      expect(found).toMatchObject({ low: about(unit * t.low), high: about(unit * t.high) });
  }
});

test('calibration and classes, by hand', () => {
  // Six images, the least sure with 0.4; of scratch seed s is wrong at image s: two of three seeds are right there.
  const curves = rowsOf(calibrationFigure(sampleAnswers, looks, ''));
  const least = curves.find((row) => 'confidence' in row && 'low' in row);
  expect(least).toMatchObject({ confidence: expect.closeTo(40, 4) as number, accuracy: about(200 / 3) });
  const of = (name: string) => sampleAnswers.filter(({ condition }) => condition === name);
  const rows = rowsOf(
    classesFigure(sampleAnswers, [{ condition: 'kd', against: 'scratch' }], undefined, looks, ''),
  );
  for (const { group, difference } of classChanges(of('kd'), of('scratch'), (label) => label) ?? [])
    expect(rows).toContainEqual(
      expect.objectContaining({ text: `class ${group}`, value: about(100 * difference) }),
    );
});
