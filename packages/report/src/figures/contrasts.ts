/** Differences between conditions with their intervals: the numbers of `cairn compare`, drawn. */
import type { Comparison, JudgedContrast } from '../comparison/compare.ts';
import { intervalText } from '../comparison/markdown.ts';
import { type MetricInfo, metricInfo, shown } from '../comparison/metric.ts';
import { signed } from '../comparison/sentences.ts';
import type { FigureOrReason, Spec } from './figure.ts';
import { axis, panels, pixel, zeroLine } from './marks.ts';
import { counted } from './over-seeds.ts';
import { INK, lookOf, MUTED, PAPER, type Looks } from './palette.ts';
import { extent, scaleOf, type Scale } from './scale.ts';
import { SIZE } from './theme.ts';

const [WIDTH, ROW] = [230, 19];
/** Accuracy, and congruence with the converged teacher. */
const METRICS = ['test/top1', 'test/kl'];
const NAME = { name: 'contrasts', title: 'Differences between conditions' } as const;

export function contrastsFigure(comparison: Comparison, looks: Looks): FigureOrReason {
  const contrasts = comparison.contrasts.filter((c) => Number.isFinite(c.difference.mean));
  const lost = comparison.contrasts.filter((c) => !contrasts.includes(c) && METRICS.includes(c.metric));
  const metrics = METRICS.filter((metric) => contrasts.some((c) => c.metric === metric));
  if (metrics.length === 0) return { ...NAME, why: 'no two conditions have a seed in common.' };
  const drawn = contrasts.filter((c) => metrics.includes(c.metric));
  const groups = [...Map.groupBy(drawn, (c) => c.kind)].sort(([kind]) => (kind === 'primary' ? -1 : 1));
  const specs = groups.flatMap(([kind, own]) => {
    const names = [...new Set(own.map(nameOf))];
    return metrics.map((metric, i) =>
      panel(
        own.filter((c) => c.metric === metric),
        { metric, names, looks, primary: kind === 'primary', named: i === 0 },
      ),
    );
  });
  const [first = []] = groups.map(([, own]) => own);
  const [fewest, most] = extent(drawn.map((c) => c.n));
  const seeds = fewest === most ? counted(most, 'paired seed') : `${fewest} to ${most} paired seeds`;
  return {
    ...NAME,
    caption: `Condition less the other, mean over ${seeds}. Line: 95 % t-interval over seeds${drawn.some((c) => c.images !== undefined) ? '; thick: 95 % over test images, for these trained networks' : ''}. Filled: declared in the study beforehand; hollow: exploratory, on a scale of its own.${drawn.some((c) => c.margin !== undefined) ? ' Shaded: the declared margin of no difference.' : ''} An interval that leaves the plot ends in an arrow.${lost.length === 0 ? '' : ` Left out without a finite number: ${lost.map((c) => `${nameOf(c)} in ${metricInfo(c.metric).label}`).join(', ')}.`}`,
    alt: `Differences with intervals. ${first.map(told).join('; ')}.`,
    spec: panels(specs, metrics.length),
  };
}

function nameOf({ condition, against }: JudgedContrast): string {
  return `${condition} − ${against}`;
}

function told(contrast: JudgedContrast): string {
  const { metric } = contrast;
  return `${nameOf(contrast)} in ${metricInfo(metric).label}: ${numbersOf(contrast)}`;
}

/** `+0.30 [−0.20, +0.80]` */
function numbersOf({ difference, t, metric }: JudgedContrast): string {
  return `${signed(difference.mean, metric)} ${intervalText(t, metric)}`.trim();
}

interface Place {
  readonly metric: string;
  readonly names: readonly string[];
  readonly looks: Looks;
  readonly primary: boolean;
  readonly named: boolean;
}

function panel(contrasts: readonly JudgedContrast[], place: Place): Spec {
  const { metric, names, looks, primary, named } = place;
  const info = metricInfo(metric);
  const x = domainOf(contrasts, info);
  const rows = contrasts.map((c) => rowOf(c, { x, info, looks, y: middleOf(c, names) }));
  const title = `${info.label}${info.unit === '' ? '' : `, ${info.unit}`}`;
  const axisX = axis('value', x, title, { tickCount: 6, grid: true });
  const colour = { field: 'colour', type: 'nominal', scale: null };
  const y = pixel('y');
  const rule = (from: 'low' | 'imagesLow', to: string, width: number): Spec => ({
    data: { values: rows.filter((row) => row[from] !== undefined) },
    mark: { type: 'rule', strokeWidth: width, opacity: width > 2 ? 0.55 : 1 },
    encoding: { x: { ...axisX, field: from }, x2: { field: to }, y, color: colour },
  });
  const point = (mark: Spec, more: Spec = {}): Spec => ({
    data: { values: rows },
    mark: { type: 'point', filled: true, opacity: 1, ...mark },
    encoding: { x: axisX, y, ...more },
  });
  return {
    width: WIDTH,
    height: names.length * ROW,
    layer: [
      marginLayer(contrasts, names, axisX, info),
      zeroLine(axisX),
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
      point({ size: primary ? 55 : 40 }, { color: colour }),
      ...(primary ? [] : [point({ size: 14, color: PAPER })]),
      text(
        rows.map((row) => ({ ...row, left: WIDTH + 10 })),
        { fontSize: SIZE - 1 },
      ),
      ...betterLayer(info),
      ...(named ? nameLayers(names, primary) : []),
    ],
  };
}

function middleOf(contrast: JudgedContrast, names: readonly string[]): number {
  return (names.indexOf(nameOf(contrast)) + 0.5) * ROW;
}

interface RowPlace {
  readonly x: Scale;
  readonly info: MetricInfo;
  readonly looks: Looks;
  readonly y: number;
}

/** Intervals end at the edge of the plot; an arrow says that they go on. */
function rowOf(c: JudgedContrast, { x, info, looks, y }: RowPlace) {
  const [low, high] = x.domain;
  const inside = (value: number | undefined): number | undefined =>
    value === undefined ? undefined : Math.min(high, Math.max(low, shown(value, info)));
  const { colour } = lookOf(looks, c.condition);
  const { t, images } = c;
  return {
    y,
    value: shown(c.difference.mean, info),
    low: inside(t?.low),
    high: inside(t?.high),
    imagesLow: inside(images?.low),
    imagesHigh: inside(images?.high),
    colour,
    text: numbersOf(c),
    arrows: [
      ...(t !== undefined && shown(t.low, info) < low ? [{ y, x: low, angle: -90, colour }] : []),
      ...(t !== undefined && shown(t.high, info) > high ? [{ y, x: high, angle: 90, colour }] : []),
    ],
  };
}

function marginLayer(
  contrasts: readonly JudgedContrast[],
  names: readonly string[],
  axisX: Spec,
  info: MetricInfo,
): Spec {
  const margins = contrasts.flatMap((c) => {
    if (c.margin === undefined) return [];
    const [y, half] = [middleOf(c, names), shown(c.margin, info)];
    return [{ from: -half, to: half, top: y - ROW / 2, bottom: y + ROW / 2 }];
  });
  return {
    data: { values: margins },
    mark: { type: 'rect', clip: true, color: MUTED, opacity: 0.16 },
    encoding: {
      x: { ...axisX, field: 'from' },
      x2: { field: 'to' },
      y: pixel('top'),
      y2: { field: 'bottom' },
    },
  };
}

function text(values: readonly object[], mark: Spec): Spec {
  return {
    data: { values },
    mark: { type: 'text', baseline: 'middle', align: 'left', color: INK, ...mark },
    encoding: { x: pixel('left'), y: pixel('y'), text: { field: 'text' } },
  };
}

/** Above the plot: which way is better. */
function betterLayer({ better }: MetricInfo): Spec[] {
  if (better === undefined) return [];
  const [align, left, words] = better === 'higher' ? ['right', WIDTH, 'better →'] : ['left', 0, '← better'];
  return [text([{ text: words, left, y: -8 }], { align, color: MUTED, fontSize: SIZE - 1 })];
}

function nameLayers(names: readonly string[], primary: boolean): Spec[] {
  const rows = names.map((name, i) => ({ text: name, left: -8, y: (i + 0.5) * ROW }));
  const heading = { text: primary ? 'declared beforehand' : 'exploratory', left: -8, y: -8 };
  return [
    text(rows, { align: 'right', fontWeight: primary ? 'bold' : 'normal' }),
    text([heading], { align: 'right', color: MUTED, fontSize: SIZE - 1 }),
  ];
}

/** Wide enough for most intervals: with two seeds one of them may be a hundred times as long as the difference. */
function domainOf(contrasts: readonly JudgedContrast[], info: MetricInfo): Scale {
  const means = contrasts.map((c) => shown(c.difference.mean, info));
  const ends = contrasts.flatMap(({ t }) =>
    t === undefined ? [] : [shown(t.low, info), shown(t.high, info)],
  );
  const sorted = ends.map(Math.abs).sort((a, b) => a - b);
  const usual = sorted[Math.floor(sorted.length * 0.8)] ?? 0;
  const [low, high] = extent([0, ...means]);
  const reach = Math.max(high - low, 1e-9) * 2;
  const kept = ends.filter((end) => Math.abs(end) <= Math.max(usual, reach));
  return scaleOf([0, ...means, ...kept], [0, WIDTH], { pad: 0.05 });
}
