/** What accuracy costs. */
import { mean } from '@cairn/core';
import type { StudyResult } from '../result.ts';
import { estimate } from '../statistics/sample.ts';
import { summarise } from '../comparison/summary.ts';
import type { FigureOrReason, Spec } from './figure.ts';
import { axis, endColumn, joined, labelLayers, level } from './marks.ts';
import { counted } from './over-seeds.ts';
import { lookOf, type Looks } from './palette.ts';
import { placeLabels } from './place-labels.ts';
import { extent, project, scaleOf } from './scale.ts';

const [WIDTH, HEIGHT] = [520, 300];
const METRIC = 'test/top1';
const NAME = { name: 'cost', title: 'Cost against accuracy' } as const;

interface Point {
  readonly name: string;
  readonly cost: number;
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}

export function costFigure(result: StudyResult, looks: Looks): FigureOrReason {
  const points = result.conditions.flatMap(({ name, runs }) => {
    const own = runs.filter((run) => run.last.metrics[METRIC] !== undefined && run.multiplyAdds > 0);
    const bySeed = Map.groupBy(own, (run) => run.seed);
    const found = estimate(
      [...bySeed.values()].map((seed) => 100 * mean(seed.map((run) => run.last.metrics[METRIC] ?? NaN))),
    );
    if (found === undefined) return [];
    const { mean: value, halfWidth } = found;
    const cost = mean(own.map((run) => run.multiplyAdds));
    return [
      {
        name,
        cost,
        value,
        ...(halfWidth === undefined ? {} : { low: value - halfWidth, high: value + halfWidth }),
      },
    ];
  });
  if (points.length === 0)
    return { ...NAME, why: 'no finished run measured test accuracy: that needs the evaluator "top-k".' };
  const [teacher] = summarise(result).teachers;
  const accuracy = teacher?.accuracy === undefined ? undefined : 100 * teacher.accuracy.mean;
  return {
    ...NAME,
    caption: `Test accuracy at the last epoch against multiply-adds of a run, all networks forward and backward, searches included; the teacher's own training is not. ${result.seeds.length > 1 ? `Lines: 95 % t-intervals over ${counted(result.seeds.length, 'seed')}.` : 'One seed, so there is no interval.'}${accuracy === undefined ? '' : ' Dashed: the converged teacher.'}`,
    alt: `Points by cost and test accuracy. ${points.map(({ name, cost, value }) => `${name}: ${value.toFixed(1)} % for ${cost.toPrecision(3)} multiply-adds`).join('; ')}.`,
    spec: { concat: [plot(points, looks, accuracy, teacher?.model ?? 'teacher')] },
  };
}

function plot(points: readonly Point[], looks: Looks, teacher: number | undefined, model: string): Spec {
  const [low, high] = extent(points.map((p) => p.value));
  const far = Math.max(high - low, 2) * 1.5;
  const ends = points
    .flatMap((p) => [p.low ?? p.value, p.high ?? p.value])
    .filter((end) => end > low - far && end < high + far);
  const x = scaleOf(
    points.map((p) => p.cost),
    [0, WIDTH],
    { log: true, pad: 0.12 },
  );
  const y = scaleOf(
    [...ends, ...points.map((p) => p.value), ...(teacher === undefined ? [] : [teacher])],
    [HEIGHT, 0],
  );
  const place = (p: Point) => ({ x: project(x, p.cost), y: project(y, p.value) });
  const bars = points.flatMap((p) => {
    const [from, to] = [project(y, p.low ?? p.value), project(y, p.high ?? p.value)].map((v) =>
      Math.min(HEIGHT, Math.max(0, v)),
    );
    return Array.from({ length: 8 }, (_, i) => ({
      x: place(p).x,
      y: (from ?? 0) + (((to ?? 0) - (from ?? 0)) * i) / 7,
    }));
  });
  const line =
    teacher === undefined
      ? []
      : Array.from({ length: 60 }, (_, i) => ({ x: (i * WIDTH) / 60, y: project(y, teacher) }));
  const named = joined(points, (p) => `${p.cost.toPrecision(9)} ${p.value}`).map((p) => ({
    ...p,
    at: place(p),
  }));
  const right = named.filter((p) => p.at.x > WIDTH * 0.8);
  const labels = placeLabels(
    named.filter((p) => !right.includes(p)).map((p) => ({ ...p.at, text: p.text })),
    {
      ...{ width: WIDTH, height: HEIGHT, margin: 0, fontSize: 11 },
      obstacles: [...points.map(place), ...bars, ...line],
    },
  );
  const axes = {
    x: axis('cost', x, 'multiply-adds of a run', { grid: true }),
    y: axis('value', y, 'test accuracy, %', { tickCount: 6 }),
  };
  return {
    width: WIDTH,
    height: HEIGHT,
    layer: [
      ...(teacher === undefined
        ? []
        : [
            level(teacher, axes.y, [5, 3]),
            ...labelLayers(
              [{ x: 0, y: 0, text: `converged teacher, ${model}`, left: 6, middle: project(y, teacher) - 8 }],
              10,
            ),
          ]),
      ...named.map((p): Spec => ({
        data: { values: [p] },
        mark: { type: 'rule', clip: true, color: lookOf(looks, p.name).colour, strokeWidth: 1.6 },
        encoding: {
          x: axes.x,
          y: { ...axes.y, field: p.low === undefined ? 'value' : 'low' },
          y2: { field: p.low === undefined ? 'value' : 'high' },
        },
      })),
      ...named.map((p): Spec => ({
        data: { values: [p] },
        mark: {
          type: 'point',
          filled: true,
          size: 90,
          opacity: 1,
          color: lookOf(looks, p.name).colour,
          shape: lookOf(looks, p.name).shape,
        },
        encoding: axes,
      })),
      ...labelLayers(labels),
      ...endColumn(
        right.map(({ name, text, at }) => ({ ...at, name, text })),
        { left: WIDTH, height: HEIGHT, looks },
      ),
    ],
  };
}
