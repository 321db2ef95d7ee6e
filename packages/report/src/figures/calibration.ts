/** Calibration curves: how often a student is right when it says that it is so sure. */
import { mean } from '@cairn/core';
import { minus } from '../comparison/sentences.ts';
import { reliability } from '../statistics/reliability.ts';
import { estimate } from '../statistics/sample.ts';
import type { TestAnswers } from '../trace.ts';
import type { FigureOrReason, Spec } from './figure.ts';
import { at, axis, panelName, panels } from './marks.ts';
import { conditionsOf, counted, seedsOf } from './over-seeds.ts';
import { INK, lookOf, MUTED, type Looks } from './palette.ts';
import type { Scale } from './scale.ts';

const SIDE = 140;
const BINS = 10;
const NAME = { name: 'calibration', title: 'Calibration' } as const;

interface Bin {
  readonly confidence: number;
  readonly accuracy: number;
  readonly low?: number;
  readonly high?: number;
}

export function calibrationFigure(
  answers: readonly TestAnswers[],
  looks: Looks,
  why: string,
): FigureOrReason {
  const known = answers.filter((a) => a.confidence !== undefined);
  if (known.length === 0) return { ...NAME, why };
  const names = conditionsOf(known);
  const curves = names.map((name) => ({ name, bins: binsOf(known.filter((a) => a.condition === name)) }));
  const columns = Math.min(4, names.length);
  const gap = (bins: readonly Bin[]): number => 100 * mean(bins.map((b) => b.confidence - b.accuracy));
  return {
    ...NAME,
    caption: `Test images by the probability of the predicted class, in ${BINS} bins of as many images each: how sure, and how often right. Below the dashed line a student is too sure of itself, above it not sure enough. ${seedsOf(known) > 1 ? `Mean of ${counted(seedsOf(known), 'seed')}; lines are 95 % t-intervals over seeds.` : 'One seed, so there is no interval.'} The number is confidence less accuracy: above 0 too sure, below 0 not sure enough.`,
    alt: `Calibration curves, one for each condition. ${curves.map(({ name, bins }) => `${name} is ${gap(bins) >= 0 ? 'too sure' : 'too unsure'} by ${Math.abs(gap(bins)).toFixed(1)} points on average`).join('; ')}.`,
    spec: panels(
      curves.map(({ name, bins }, i) =>
        panel(name, bins, looks, {
          left: i % columns === 0,
          bottom: i + columns >= names.length,
          note: `${gap(bins) >= 0.05 ? '+' : ''}${minus(gap(bins), 1)} points`,
        }),
      ),
      columns,
    ),
  };
}

/** Bins of the same rank over seeds. */
function binsOf(runs: readonly TestAnswers[]): Bin[] {
  const each = runs.flatMap((run) =>
    run.confidence === undefined ? [] : [reliability({ ...run, confidence: run.confidence }, BINS)],
  );
  return Array.from({ length: BINS }, (_, bin) => each.flatMap((bins) => bins[bin] ?? [])).flatMap((own) => {
    const found = estimate(own.map((b) => b.accuracy));
    if (found === undefined) return [];
    const { mean: accuracy, halfWidth } = found;
    return [
      {
        confidence: mean(own.map((b) => b.confidence)),
        accuracy,
        ...(halfWidth === undefined
          ? {}
          : { low: Math.max(0, accuracy - halfWidth), high: Math.min(1, accuracy + halfWidth) }),
      },
    ];
  });
}

function panel(
  name: string,
  bins: readonly Bin[],
  looks: Looks,
  place: { readonly left: boolean; readonly bottom: boolean; readonly note: string },
): Spec {
  const { colour, shape } = lookOf(looks, name);
  const x: Scale = { domain: [0, 100], range: [0, SIDE], log: false };
  const y: Scale = { domain: [0, 100], range: [SIDE, 0], log: false };
  const axes = {
    x: axis('confidence', x, place.bottom ? 'confidence, %' : '', { values: [0, 50, 100] }),
    y: axis('accuracy', y, place.left ? 'accuracy, %' : '', { values: [0, 50, 100] }),
  };
  const values = bins.map((b) => ({
    confidence: b.confidence * 100,
    accuracy: b.accuracy * 100,
    ...(b.low === undefined || b.high === undefined ? {} : { low: b.low * 100, high: b.high * 100 }),
  }));
  return {
    width: SIDE,
    height: SIDE,
    layer: [
      ...panelName(name, lookOf(looks, name)),
      {
        data: { values: [{ text: place.note }] },
        mark: { type: 'text', align: 'right', baseline: 'bottom', color: INK },
        encoding: { x: at(SIDE - 4), y: at(SIDE - 4), text: { field: 'text' } },
      },
      {
        data: { values: [0, 100].map((at) => ({ confidence: at, accuracy: at })) },
        mark: { type: 'line', color: MUTED, strokeDash: [4, 3], strokeWidth: 0.9 },
        encoding: axes,
      },
      {
        data: { values: values.filter((v) => 'low' in v) },
        mark: { type: 'rule', color: colour, strokeWidth: 1, opacity: 0.7 },
        encoding: { ...axes, y: { ...axes.y, field: 'low' }, y2: { field: 'high' } },
      },
      { data: { values }, mark: { type: 'line', color: colour, strokeWidth: 1.7 }, encoding: axes },
      {
        data: { values },
        mark: { type: 'point', filled: true, color: colour, shape, size: 22, opacity: 1 },
        encoding: axes,
      },
    ],
  };
}
