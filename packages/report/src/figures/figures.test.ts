import { expect, test } from 'vitest';
import { compareStudy } from '../comparison/compare.ts';
import { renderPng } from '../render/png.ts';
import { renderSvg } from '../render/svg.ts';
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
import { classesFigure, superclassesFigure } from './classes.ts';
import { contrastsFigure } from './contrasts.ts';
import { costFigure } from './cost.ts';
import { type FigureOrReason, isOmitted } from './figure.ts';
import { hardnessFigure } from './hardness-map.ts';
import { landscapeFigure } from './landscape.ts';
import { fidelityFigure, lossFigure } from './lines.ts';
import { CSS_NAMES, looksOf } from './palette.ts';
import { predictionsFigure, weightsFigure } from './plane.ts';
import type { TracePoint } from '../trace.ts';

const looks = looksOf(sampleResult.conditions.map(({ name }) => name));
const comparison = compareStudy({
  ...sampleResult,
  primary: [{ condition: 'rco-eei', against: 'kd-restarts', metric: 'test/top1', margin: 0.01 }],
});
const pairs = [{ condition: 'rco-eei', against: 'kd-restarts' }];
const names = { classNames: ['ant', 'bee', 'cat'], superclasses: [0, 0, 1] };

const all: readonly FigureOrReason[] = [
  contrastsFigure(comparison, looks),
  accuracyFigure(sampleTraces, looks),
  hardnessFigure(sampleHardness, looks),
  predictionsFigure(samplePlane, looks),
  weightsFigure({ paths: samplePlane.paths.slice(1), shares: [0.5, 0.2], seed: 0 }, looks),
  landscapeFigure([sampleLandscape, { ...sampleLandscape, name: 'rco-eei, seed 0' }]),
  costFigure(sampleResult, looks),
  fidelityFigure(sampleTraces, looks),
  lossFigure(sampleTraces, looks),
  calibrationFigure(sampleAnswers, looks, 'no'),
  classesFigure(sampleAnswers, pairs, names, looks, 'no'),
  superclassesFigure(sampleAnswers, pairs, names, looks, 'no'),
];

test.each(all.map((figure) => [figure.name, figure] as const))(
  '%s: drawn without a warning, whole in itself',
  async (name, figure) => {
    if (isOmitted(figure)) throw new Error(figure.why);
    const svg = await renderSvg(figure);
    expect(svg).toMatch(/^<svg[^>]* role="img"><title>/);
    expect(
      svg.replace('http://www.w3.org/2000/svg', '').replace('http://www.w3.org/1999/xlink', ''),
    ).not.toMatch(/https?:|<script|@import/);
    const ids = [...svg.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id);
    expect(ids.every((id) => id.startsWith(`${name}-`))).toBe(true);
    expect([figure.caption.length, figure.alt.length].every((length) => length > 60)).toBe(true);
    expect(figure.caption + figure.alt).not.toMatch(/NaN|undefined/);
    expect(svg).not.toMatch(/NaN|undefined/);
    expect((await renderSvg(figure)) === svg).toBe(true);
    const png = await renderPng(svg);
    expect([...png.subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
  },
);

test('one colour a condition in all figures, and no two alike up to seven', () => {
  const seven = looksOf(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
  const colours = [...seven.values()].map(({ colour }) => colour);
  expect(new Set(colours).size).toBe(7);
  expect([seven.get('a')?.dash, seven.get('h')?.dash]).toEqual([[], [5, 2]]);
  expect(colours.every((colour) => CSS_NAMES.has(colour))).toBe(true);
});

test('conditions that are one training have one place and both names', async () => {
  const twin = sampleTraces
    .filter((run) => run.condition === 'rco-eei')
    .map((run) => ({ ...run, condition: 'twin' }));
  const figure = fidelityFigure([...sampleTraces, ...twin], looks);
  if (isOmitted(figure)) throw new Error(figure.why);
  expect(await renderSvg(figure)).toContain('rco-eei, twin');
});

test('what cannot be drawn says what would give it', () => {
  const reasons = [
    accuracyFigure([], looks),
    fidelityFigure([], looks),
    lossFigure([], looks),
    costFigure({ ...sampleResult, conditions: [] }, looks),
    contrastsFigure(compareStudy({ ...sampleResult, conditions: [] }), looks),
    superclassesFigure(sampleAnswers, pairs, {}, looks, ''),
  ].map((figure) => (isOmitted(figure) ? `${figure.name}: ${figure.why}` : figure.name));
  expect(reasons).toMatchInlineSnapshot(`
    [
      "accuracy: no run measured accuracy after its epochs: that needs held-out samples (validation.fraction above 0).",
      "fidelity: no run measured it: that needs the evaluator "fidelity", held-out samples and a teacher.",
      "losses: no run recorded a loss.",
      "cost: no finished run measured test accuracy: that needs the evaluator "top-k".",
      "contrasts: no two conditions have a seed in common.",
      "superclasses: the data set has no superclasses.",
    ]
  `);
});

test('one seed: no intervals, and the caption says so', () => {
  const one = sampleTraces.filter((run) => run.seed === 0);
  for (const figure of [accuracyFigure(one, looks), fidelityFigure(one, looks)]) {
    expect(isOmitted(figure) ? '' : figure.caption).toContain('One seed, so there is no interval.');
  }
});

test('a run whose loss is no number any more costs its points, not the figure', async () => {
  const broken = sampleTraces.map((run) => {
    if (run.condition !== 'kd') return run;
    const lost = (points: readonly TracePoint[]) =>
      points.map((p, i) => ({ ...p, value: i === 0 ? p.value : i === 1 ? NaN : Infinity }));
    return { ...run, series: new Map([...run.series].map(([key, points]) => [key, lost(points)])) };
  });
  for (const figure of [
    accuracyFigure(broken, looks),
    fidelityFigure(broken, looks),
    lossFigure(broken, looks),
  ]) {
    if (isOmitted(figure)) throw new Error(figure.why);
    expect(await renderSvg(figure)).not.toMatch(/NaN|Infinity/);
    expect(figure.alt).toContain('kd');
  }
  const metrics = { 'test/top1': 0.05, 'test/kl': Infinity };
  const result = {
    ...sampleResult,
    conditions: sampleResult.conditions.map((c) =>
      c.name === 'kd' ? { ...c, runs: c.runs.map((run) => ({ ...run, last: { ...run.last, metrics } })) } : c,
    ),
  };
  for (const figure of [costFigure(result, looks), contrastsFigure(compareStudy(result), looks)]) {
    if (isOmitted(figure)) throw new Error(figure.why);
    expect(await renderSvg(figure)).not.toMatch(/NaN|Infinity/);
  }
});
