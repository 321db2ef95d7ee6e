/** Accuracy against student epochs, a panel for each condition, with the anchors that taught. */
import { textWidth } from '../render/text-width.ts';
import type { RunTrace, TracePoint } from '../trace.ts';
import type { FigureOrReason, Spec } from './figure.ts';
import { axis, panelName, panels, pixel } from './marks.ts';
import {
  bandSentence,
  conditionsOf,
  counted,
  finite,
  lostSentence,
  overSeeds,
  seedsOf,
} from './over-seeds.ts';
import { INK, lookOf, MUTED, type Looks } from './palette.ts';
import { extent, project, type Scale, scaleOf } from './scale.ts';
import { SIZE } from './theme.ts';

const [WIDTH, HEIGHT] = [178, 118];
const METRIC = 'val/top1';
const NAME = { name: 'accuracy', title: 'Accuracy against student epochs' } as const;

export function accuracyFigure(runs: readonly RunTrace[], looks: Looks): FigureOrReason {
  const measured = runs.filter((run) => finite(run.series.get(METRIC)).length > 0);
  if (measured.length === 0) {
    return {
      ...NAME,
      why: 'no run measured accuracy after its epochs: that needs held-out samples (validation.fraction above 0).',
    };
  }
  const names = conditionsOf(measured);
  const all = measured.flatMap((run) => finite(run.series.get(METRIC)));
  const x: Scale = { domain: [0, extent(all.map((p) => p.epoch))[1]], range: [0, WIDTH], log: false };
  const y = scaleOf(
    all.map((p) => p.value * 100),
    [HEIGHT, 0],
    { pad: 0.1 },
  );
  const columns = Math.min(4, names.length);
  const specs = names.map((name, i) =>
    panel(name, measured, looks, { x, y, left: i % columns === 0, bottom: i + columns >= names.length }),
  );
  const seeds = seedsOf(measured);
  const ends = names.map((name) => {
    const last = overSeeds(
      measured.filter((run) => run.condition === name),
      METRIC,
    ).at(-1);
    return last === undefined
      ? ''
      : `${name} ends at ${(last.value * 100).toFixed(1)} % after ${counted(last.epoch, 'epoch')}`;
  });
  return {
    ...NAME,
    caption: `Accuracy on held-out samples after each student epoch; grey: the other conditions. ${bandSentence(seeds)} Dotted lines: an anchor begins to teach; the number at the top is its teacher epoch (a range where seeds chose differently). The numbers that are reported are those of the test split, in the table.${lostSentence(runs, [METRIC])}`,
    alt: `Line charts of held-out accuracy by student epoch, one for each of ${counted(names.length, 'condition')}. ${ends.filter(Boolean).join('; ')}.`,
    spec: panels(specs, columns),
  };
}

interface Place {
  readonly x: Scale;
  readonly y: Scale;
  readonly left: boolean;
  readonly bottom: boolean;
}

function panel(name: string, runs: readonly RunTrace[], looks: Looks, { x, y, left, bottom }: Place): Spec {
  const { colour } = lookOf(looks, name);
  const own = runs.filter((run) => run.condition === name);
  const axes = {
    x: axis('epoch', x, bottom ? 'student epoch' : '', { tickCount: 4 }),
    y: axis('value', y, left ? 'held-out accuracy, %' : '', { tickCount: 4 }),
  };
  const line = (values: readonly object[], mark: Spec, detail?: string): Spec => ({
    data: { values },
    mark: { type: 'line', clip: true, ...mark },
    encoding: { ...axes, ...(detail === undefined ? {} : { detail: { field: detail } }) },
  });
  const others = othersOf(name, runs);
  const seeds = own.flatMap((run, i) =>
    percent(finite(run.series.get(METRIC))).map((p) => ({ ...p, run: i })),
  );
  const means = percent(overSeeds(own, METRIC));
  const end = means.at(-1);
  const banded = means.some((p) => p.low !== undefined);
  return {
    width: WIDTH,
    height: HEIGHT,
    layer: [
      ...panelName(name, lookOf(looks, name)),
      line(others, { color: MUTED, opacity: 0.22, strokeWidth: 1 }, 'other'),
      ...switchLayers(own, axes.x, x),
      ...(banded
        ? [
            {
              data: { values: means },
              mark: { type: 'area', clip: true, color: colour, opacity: 0.16 },
              encoding: { ...axes, y: { ...axes.y, field: 'low' }, y2: { field: 'high' } },
            },
            line(seeds, { color: colour, opacity: 0.45, strokeWidth: 0.8 }, 'run'),
          ]
        : []),
      line(means, { color: colour, strokeWidth: 2 }),
      ...(end === undefined ? [] : [endLabel(end.value, project(x, end.epoch), project(y, end.value))]),
    ],
  };
}

/** Means of the other conditions. */
function othersOf(name: string, runs: readonly RunTrace[]): object[] {
  const others = conditionsOf(runs).filter((other) => other !== name);
  return others.flatMap((other) => {
    const own = runs.filter((run) => run.condition === other);
    return percent(overSeeds(own, METRIC)).map((p) => ({ ...p, other }));
  });
}

/** The last value, beside the end of its line. */
function endLabel(value: number, x: number, y: number): Spec {
  return {
    data: { values: [{ text: value.toFixed(1), left: x + 4, middle: y }] },
    mark: { type: 'text', align: 'left', baseline: 'middle', color: INK, fontSize: SIZE - 1 },
    encoding: { x: pixel('left'), y: pixel('middle'), text: { field: 'text' } },
  };
}

function percent<T extends TracePoint & { readonly low?: number; readonly high?: number }>(
  points: readonly T[],
) {
  return points.map(({ epoch, value, low, high }) => ({
    epoch,
    value: value * 100,
    ...(low === undefined || high === undefined ? {} : { low: low * 100, high: high * 100 }),
  }));
}

/** A dotted line where an anchor begins to teach; its epoch above, where there is room. */
function switchLayers(runs: readonly RunTrace[], axisX: Spec, x: Scale): Spec[] {
  const byEpoch = Map.groupBy(
    runs.flatMap((run) => run.switches),
    (s) => s.epoch,
  );
  if (byEpoch.size === 0) return [];
  const marks = [...byEpoch]
    .sort(([a], [b]) => a - b)
    .map(([epoch, switches]) => ({ epoch, text: rangeText(switches.flatMap((s) => s.anchors)) }));
  let free = -Infinity;
  const labels = marks.flatMap(({ epoch, text }) => {
    const left = project(x, epoch) + 2;
    if (left < free) return [];
    free = left + textWidth(text, SIZE - 2) + 4;
    return [{ text, left }];
  });
  return [
    {
      data: { values: marks },
      mark: { type: 'rule', color: MUTED, strokeDash: [1.5, 2.5], strokeWidth: 0.9 },
      encoding: { x: { ...axisX, field: 'epoch' } },
    },
    {
      data: { values: labels },
      mark: { type: 'text', align: 'left', baseline: 'top', color: MUTED, fontSize: SIZE - 2 },
      encoding: { x: pixel('left'), y: { value: 0 }, text: { field: 'text' } },
    },
  ];
}

function rangeText(epochs: readonly number[]): string {
  const [low, high] = extent(epochs.filter((epoch) => Number.isFinite(epoch)));
  if (!Number.isFinite(low)) return '';
  const text = (value: number): string => String(Number(value.toFixed(1)));
  return low === high ? text(low) : `${text(low)}–${text(high)}`;
}
