/** Series of all conditions in one panel per metric: fidelity, and the parts of the loss. */
import { metricInfo, shown } from '../comparison/metric.ts';
import type { RunTrace } from '../trace.ts';
import type { FigureOrReason, Spec } from './figure.ts';
import { axis, endColumn, joined, labelLayers, panelName, panels } from './marks.ts';
import {
  conditionsOf,
  counted,
  finite,
  lostSentence,
  overSeeds,
  type SeedPoint,
  seedsOf,
} from './over-seeds.ts';
import { lookOf, type Looks } from './palette.ts';
import { placeLabels } from './place-labels.ts';
import { extent, project, type Scale, scaleOf } from './scale.ts';

const [WIDTH, HEIGHT] = [270, 190];

const PART_LABELS = new Map([
  ['train/loss', 'whole loss, nats (train/loss)'],
  ['train/ce', 'cross-entropy with the labels, nats (train/ce)'],
  ['train/kd', 'KL from the anchor, softened, × T², nats (train/kd)'],
]);

interface LinesRequest {
  readonly name: string;
  readonly title: string;
  readonly metrics: readonly { readonly metric: string; readonly label: string }[];
  readonly caption: string;
  readonly why: string;
}

/** How closely students follow the converged teacher, epoch by epoch. */
export function fidelityFigure(runs: readonly RunTrace[], looks: Looks): FigureOrReason {
  return linesFigure(runs, looks, {
    name: 'fidelity',
    title: 'How closely students follow the converged teacher',
    metrics: ['val/kl', 'val/agree1'].map((metric) => {
      const { label, unit } = metricInfo(metric);
      return { metric, label: unit === '' ? label : `${label}, ${unit === 'points' ? '%' : unit}` };
    }),
    caption:
      'On held-out samples after each epoch, against the converged teacher whichever anchor teaches. Lower KL and higher agreement are nearer to it.',
    why: 'no run measured it: that needs the evaluator "fidelity", held-out samples and a teacher.',
  });
}

/** What the loss was made of. */
export function lossFigure(runs: readonly RunTrace[], looks: Looks): FigureOrReason {
  const found = new Set(runs.flatMap((run) => [...run.series.keys()]));
  const parts = [...found].filter((key) => key.startsWith('train/') && key !== 'train/top1');
  return linesFigure(runs, looks, {
    name: 'losses',
    title: 'Parts of the loss',
    metrics: parts.map((metric) => ({ metric, label: PART_LABELS.get(metric) ?? metric })),
    caption:
      'Mean over the training batches of an epoch. Parts are shown without the weights that the loss gives them, so they need not add up to the whole. A jump is a new anchor: the loss is held against another teacher; losses against different teachers say nothing of which student is better.',
    why: 'no run recorded a loss.',
  });
}

function linesFigure(runs: readonly RunTrace[], looks: Looks, request: LinesRequest): FigureOrReason {
  const { name, title, caption, why } = request;
  const metrics = request.metrics.filter(({ metric }) =>
    runs.some((run) => finite(run.series.get(metric)).length > 0),
  );
  if (metrics.length === 0) return { name, title, why };
  const seeds = seedsOf(runs);
  const told = metrics.map(({ metric, label }) => `${label}: ${endsOf(runs, metric)}`);
  return {
    name,
    title,
    caption: `${caption} ${seeds > 1 ? `Mean of ${counted(seeds, 'seed')}; bands are 95 % t-intervals over seeds; one that meets the edge goes on.` : 'One seed, so there is no interval.'}${lostSentence(
      runs,
      metrics.map(({ metric }) => metric),
    )}`,
    alt: `Line charts by student epoch. At the end, ${told.join('; ')}.`,
    spec: panels(
      metrics.map(({ metric, label }) => panel(runs, metric, label, looks)),
      2,
    ),
  };
}

function endsOf(runs: readonly RunTrace[], metric: string): string {
  const info = metricInfo(metric);
  return conditionsOf(runs)
    .flatMap((name) => {
      const end = overSeeds(
        runs.filter((run) => run.condition === name),
        metric,
      ).at(-1);
      return end === undefined ? [] : [`${name} ${shown(end.value, info).toPrecision(3)}`];
    })
    .join(', ');
}

function panel(runs: readonly RunTrace[], metric: string, label: string, looks: Looks): Spec {
  const info = metricInfo(metric);
  const lines = conditionsOf(runs).flatMap((name) => {
    const points = overSeeds(
      runs.filter((run) => run.condition === name),
      metric,
    ).map((p) => scaled(p, info));
    return points.length === 0 ? [] : [{ name, points }];
  });
  const all = lines.flatMap(({ points }) => points);
  const values = all.map((p) => p.value);
  const [low, high] = extent(values);
  const log = info.unit !== 'points' && low > 0 && high / low > 8;
  const x: Scale = { domain: [0, extent(all.map((p) => p.epoch))[1]], range: [0, WIDTH], log: false };
  const y = scaleOf(values, [HEIGHT, 0], { log, pad: 0.06 });
  const place = (p: SeedPoint) => ({ x: project(x, p.epoch), y: project(y, p.value) });
  const merged = joined(lines, ({ points }) => JSON.stringify(points));
  const ends = merged.flatMap(({ name, points, text }) =>
    points.slice(-1).map((end) => ({ ...place(end), name, text })),
  );
  const inside = ends.filter((end) => end.x < WIDTH - 40);
  const labels = placeLabels(inside, {
    ...{ width: WIDTH, height: HEIGHT, margin: 0, fontSize: 10 },
    obstacles: all.map(place),
  });
  const axes = {
    x: axis('epoch', x, 'student epoch', { tickCount: 5 }),
    y: axis('value', y, '', { tickCount: 5 }),
  };
  return {
    width: WIDTH,
    height: HEIGHT,
    layer: [
      ...panelName(label, undefined),
      ...merged.flatMap(({ name, points }) => lineLayers(points, axes, lookOf(looks, name))),
      ...labelLayers(labels, 10),
      ...endColumn(
        ends.filter((end) => !inside.includes(end)),
        { left: WIDTH, height: HEIGHT, looks },
      ),
    ],
  };
}

function lineLayers(
  points: readonly SeedPoint[],
  axes: { readonly x: Spec; readonly y: Spec },
  look: ReturnType<typeof lookOf>,
): Spec[] {
  const { colour, dash, shape } = look;
  const banded = points.filter((p) => p.low !== undefined);
  const [first, last] = [points.slice(0, 1), points.slice(-1)];
  return [
    ...(banded.length === 0
      ? []
      : [
          {
            data: { values: banded },
            mark: { type: 'area', clip: true, color: colour, opacity: 0.1 },
            encoding: { ...axes, y: { ...axes.y, field: 'low' }, y2: { field: 'high' } },
          },
        ]),
    {
      data: { values: points },
      mark: { type: 'line', color: colour, strokeDash: dash, strokeWidth: 1.7 },
      encoding: axes,
    },
    {
      data: { values: points.length === 1 ? first : last },
      mark: { type: 'point', filled: true, color: colour, shape, size: 36, opacity: 1 },
      encoding: axes,
    },
  ];
}

/** On a log scale a band must stay above 0. */
function scaled({ epoch, value, low, high }: SeedPoint, info: ReturnType<typeof metricInfo>): SeedPoint {
  const own = shown(value, info);
  return {
    epoch,
    value: own,
    ...(low === undefined || high === undefined
      ? {}
      : { low: Math.max(shown(low, info), own > 0 ? own / 50 : -Infinity), high: shown(high, info) }),
  };
}
