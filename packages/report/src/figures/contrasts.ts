/** Differences between conditions with their intervals: the numbers of `cairn compare`, drawn. */
import type { Comparison, JudgedContrast } from '../comparison/compare.ts';
import { metricInfo, shown } from '../comparison/metric.ts';
import { intervalText } from '../comparison/markdown.ts';
import { signed } from '../comparison/sentences.ts';
import type { FigureOrReason, Spec } from './figure.ts';
import { axis, panels, pixel } from './marks.ts';
import { INK, lookOf, MUTED, type Looks } from './palette.ts';
import { extent, scaleOf, type Scale } from './scale.ts';
import { SIZE } from './theme.ts';

const [WIDTH, ROW] = [230, 19];
/** Accuracy, and congruence with the converged teacher. */
const METRICS = ['test/top1', 'test/kl'];
const NAME = { name: 'contrasts', title: 'Differences between conditions' } as const;

export function contrastsFigure(comparison: Comparison, looks: Looks): FigureOrReason {
  const metrics = METRICS.filter((metric) => comparison.contrasts.some((c) => c.metric === metric));
  if (metrics.length === 0) return { ...NAME, why: 'no two conditions have a seed in common.' };
  const names = [...new Set(comparison.contrasts.map(nameOf))];
  const specs = metrics.map((metric, i) =>
    panel(
      comparison.contrasts.filter((c) => c.metric === metric),
      metric,
      { looks, names, named: i === 0 },
    ),
  );
  const primary = comparison.contrasts.filter((c) => c.kind === 'primary' && metrics.includes(c.metric));
  const told = (
    primary.length > 0 ? primary : comparison.contrasts.filter((c) => c.metric === metrics[0])
  ).map((c) =>
    `${nameOf(c)} in ${metricInfo(c.metric).label}: ${signed(c.difference.mean, c.metric)} ${intervalText(c.t, c.metric)}`.trim(),
  );
  return {
    ...NAME,
    caption: `Condition less the other, mean over paired seeds. Line: 95 % t-interval over seeds${comparison.contrasts.some((c) => c.images !== undefined) ? '; thick: 95 % over test images, for these trained networks' : ''}. Filled and bold: declared in the study beforehand; hollow: exploratory. Shaded: the declared margin of no difference. An interval that leaves the plot ends in an arrow.`,
    alt: `Differences with intervals. ${told.join('; ')}.`,
    spec: panels(specs, 2),
  };
}

function nameOf({ condition, against }: JudgedContrast): string {
  return `${condition} − ${against}`;
}

interface Place {
  readonly looks: Looks;
  readonly names: readonly string[];
  readonly named: boolean;
}

type Shown = (value: number | undefined) => number;

function panel(contrasts: readonly JudgedContrast[], metric: string, place: Place): Spec {
  const { looks, names, named } = place;
  const info = metricInfo(metric);
  const of: Shown = (value) => (value === undefined ? NaN : shown(value, info));
  const x = domainOf(contrasts, of);
  const rows = contrasts.map((c) => rowOf(c, { x, of, looks, y: middleOf(c, names) }));
  const title = `${info.label}${info.unit === '' ? '' : `, ${info.unit}`}`;
  const axisX = axis('value', x, title, { tickCount: 6, grid: true });
  const colour = { field: 'colour', type: 'nominal', scale: null };
  const y = pixel('y');
  const rule = (from: 'low' | 'imagesLow', to: string, width: number): Spec => ({
    data: { values: rows.filter((row) => row[from] !== undefined) },
    mark: { type: 'rule', strokeWidth: width, opacity: width > 2 ? 0.55 : 1 },
    encoding: { x: { ...axisX, field: from }, x2: { field: to }, y, color: colour },
  });
  return {
    width: WIDTH,
    height: names.length * ROW,
    layer: [
      marginLayer(contrasts, names, of, axisX),
      {
        data: { values: [{ zero: 0 }] },
        mark: { type: 'rule', color: INK, strokeWidth: 0.9 },
        encoding: { x: { ...axisX, field: 'zero' } },
      },
      rule('low', 'high', 1.4),
      rule('imagesLow', 'imagesHigh', 4),
      {
        data: { values: rows.flatMap((row) => row.arrows) },
        mark: { type: 'point', shape: 'triangle', filled: true, size: 45, opacity: 1 },
        encoding: {
          ...{ x: { ...axisX, field: 'x' }, y, color: colour },
          angle: { field: 'angle', type: 'quantitative', scale: null },
        },
      },
      points(rows, axisX, colour),
      textLayer(
        rows.map((row) => ({ ...row, left: WIDTH + 10 })),
        {},
      ),
      ...(named ? nameLayers(contrasts, names) : []),
    ],
  };
}

function middleOf(contrast: JudgedContrast, names: readonly string[]): number {
  return (names.indexOf(nameOf(contrast)) + 0.5) * ROW;
}

interface RowPlace {
  readonly x: Scale;
  readonly of: Shown;
  readonly looks: Looks;
  readonly y: number;
}

/** Intervals end at the edge of the plot; an arrow says that they go on. */
function rowOf(c: JudgedContrast, { x, of, looks, y }: RowPlace) {
  const [low, high] = x.domain;
  const inside = (interval: { low: number; high: number } | undefined, end: 'low' | 'high') =>
    interval === undefined ? undefined : Math.min(high, Math.max(low, of(interval[end])));
  const { colour } = lookOf(looks, c.condition);
  return {
    y,
    value: of(c.difference.mean),
    low: inside(c.t, 'low'),
    high: inside(c.t, 'high'),
    imagesLow: inside(c.images, 'low'),
    imagesHigh: inside(c.images, 'high'),
    primary: c.kind === 'primary',
    colour,
    text: `${signed(c.difference.mean, c.metric)} ${intervalText(c.t, c.metric)}`.trim(),
    arrows: [
      ...(of(c.t?.low) < low ? [{ y, x: low, angle: -90, colour }] : []),
      ...(of(c.t?.high) > high ? [{ y, x: high, angle: 90, colour }] : []),
    ],
  };
}

function marginLayer(
  contrasts: readonly JudgedContrast[],
  names: readonly string[],
  of: Shown,
  axisX: Spec,
): Spec {
  const margins = contrasts.flatMap((c) => {
    const y = middleOf(c, names);
    const rows = { top: y - ROW / 2, bottom: y + ROW / 2 };
    return c.margin === undefined ? [] : [{ from: of(-c.margin), to: of(c.margin), ...rows }];
  });
  return {
    data: { values: margins },
    mark: { type: 'rect', color: MUTED, opacity: 0.16 },
    encoding: {
      x: { ...axisX, field: 'from' },
      x2: { field: 'to' },
      y: pixel('top'),
      y2: { field: 'bottom' },
    },
  };
}

function textLayer(values: readonly object[], mark: Spec): Spec {
  return {
    data: { values },
    mark: { type: 'text', baseline: 'middle', align: 'left', color: INK, fontSize: SIZE - 1, ...mark },
    encoding: { x: pixel('left'), y: pixel('y'), text: { field: 'text' } },
  };
}

/** Primary contrasts are bold. */
function nameLayers(contrasts: readonly JudgedContrast[], names: readonly string[]): Spec[] {
  return [true, false].map((primary) => {
    const own = contrasts.filter((c) => isPrimary(c, contrasts) === primary);
    const rows = own.map((c) => ({ y: middleOf(c, names), text: nameOf(c), left: -8 }));
    return textLayer(rows, { align: 'right', fontWeight: primary ? 'bold' : 'normal', fontSize: SIZE });
  });
}

function isPrimary(contrast: JudgedContrast, all: readonly JudgedContrast[]): boolean {
  return all.some((c) => nameOf(c) === nameOf(contrast) && c.kind === 'primary');
}

function points(rows: readonly { readonly primary: boolean }[], axisX: Spec, colour: Spec): Spec {
  const mark = (primary: boolean): Spec => ({
    data: { values: rows.filter((row) => row.primary === primary) },
    mark: {
      type: 'point',
      filled: true,
      size: primary ? 55 : 40,
      opacity: 1,
      ...(primary ? {} : { stroke: undefined }),
    },
    encoding: { x: axisX, y: pixel('y'), color: colour },
  });
  const hollow: Spec = {
    data: { values: rows.filter((row) => !row.primary) },
    mark: { type: 'point', filled: true, size: 14, opacity: 1, color: '#fefefe' },
    encoding: { x: axisX, y: pixel('y') },
  };
  return { layer: [mark(true), mark(false), hollow] };
}

/** Wide enough for most intervals: with two seeds one of them may be a hundred times as long as the difference. */
function domainOf(contrasts: readonly JudgedContrast[], of: (value: number | undefined) => number): Scale {
  const means = contrasts.map((c) => of(c.difference.mean));
  const ends = contrasts.flatMap((c) => (c.t === undefined ? [] : [of(c.t.low), of(c.t.high)]));
  const sorted = ends.map(Math.abs).sort((a, b) => a - b);
  const usual = sorted[Math.floor(sorted.length * 0.8)] ?? 0;
  const [low, high] = extent([0, ...means]);
  const reach = Math.max(high - low, 1e-9) * 2;
  const kept = ends.filter((end) => Math.abs(end) <= Math.max(usual, reach));
  return scaleOf([0, ...means, ...kept], [0, WIDTH], { pad: 0.05 });
}
