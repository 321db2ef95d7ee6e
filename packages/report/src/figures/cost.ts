/** What accuracy costs. */
import { mean } from '@cairn/core';
import { overStudentSeeds } from '../comparison/over-seeds.ts';
import { summarise } from '../comparison/summary.ts';
import { textWidth } from '../render/text-width.ts';
import type { StudyResult } from '../result.ts';
import type { FigureOrReason, Spec } from './figure.ts';
import { axis, endColumn, joined, labelLayers, level, pixel } from './marks.ts';
import { counted } from './over-seeds.ts';
import { type Look, lookOf, type Looks } from './palette.ts';
import { placeLabels } from './place-labels.ts';
import { extent, project, scaleOf } from './scale.ts';

const [WIDTH, HEIGHT, DODGE] = [520, 300, 9];
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
    const own = runs.filter((run) => Number.isFinite(run.last.metrics[METRIC]) && run.multiplyAdds > 0);
    const found = overStudentSeeds(own, METRIC);
    if (found === undefined) return [];
    const { mean: share, halfWidth: half } = found;
    const ends = half === undefined ? {} : { low: 100 * (share - half), high: 100 * (share + half) };
    return [{ name, cost: mean(own.map((run) => run.multiplyAdds)), value: 100 * share, ...ends }];
  });
  if (points.length === 0)
    return { ...NAME, why: 'no finished run measured test accuracy: that needs the evaluator "top-k".' };
  const [teacher] = summarise(result).teachers;
  const accuracy = teacher?.accuracy === undefined ? undefined : 100 * teacher.accuracy.mean;
  return {
    ...NAME,
    caption: `Test accuracy at the last epoch against multiply-adds of a run (G: 10⁹, T: 10¹²), all networks forward and backward, searches included; the teacher's own training is not. Points of almost the same cost stand side by side. ${result.seeds.length > 1 ? `Lines: 95 % t-intervals over ${counted(result.seeds.length, 'seed')}.` : 'One seed, so there is no interval.'}${accuracy === undefined ? '' : ' Dashed: the converged teacher.'}`,
    alt: `Points by cost and test accuracy. ${points.map(({ name, cost, value }) => `${name}: ${value.toFixed(1)} % for ${cost.toPrecision(3)} multiply-adds`).join('; ')}.`,
    spec: { concat: [plot(points, looks, accuracy, teacher?.model ?? 'teacher')] },
  };
}

/** A point with its place; conditions that were one training are one point. */
interface Placed extends Point {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly top?: number;
  readonly bottom?: number;
}

function plot(points: readonly Point[], looks: Looks, teacher: number | undefined, model: string): Spec {
  const x = scaleOf(
    points.map((p) => p.cost),
    [0, WIDTH],
    { log: true, pad: 0.12 },
  );
  const y = scaleOf([...endsInReach(points), ...(teacher === undefined ? [] : [teacher])], [HEIGHT, 0]);
  const merged = joined(points, (p) => `${p.cost.toPrecision(9)} ${p.value}`);
  const placed = sideBySide(
    merged.map((p): Placed => {
      const ends =
        p.low === undefined || p.high === undefined
          ? {}
          : { bottom: project(y, p.low), top: project(y, p.high) };
      return { ...p, ...ends, x: project(x, p.cost), y: project(y, p.value) };
    }),
  );
  const right = placed.filter((p) => p.x > WIDTH * 0.8);
  const labels = placeLabels(
    placed.filter((p) => !right.includes(p)),
    { width: WIDTH, height: HEIGHT, margin: 0, fontSize: 11, obstacles: placed.flatMap(barOf) },
  );
  const axes = {
    x: axis('cost', x, 'multiply-adds of a run', { grid: true }),
    y: axis('value', y, 'test accuracy, %', { tickCount: 6 }),
  };
  return {
    width: WIDTH,
    height: HEIGHT,
    layer: [
      { data: { values: [...points] }, mark: { type: 'point', opacity: 0 }, encoding: axes },
      ...(teacher === undefined
        ? []
        : teacherLayers(`converged teacher, ${model}`, teacher, axes.y, { y: project(y, teacher), placed })),
      ...placed.flatMap((p) => pointLayers(p, lookOf(looks, p.name))),
      ...labelLayers(labels),
      ...endColumn(right, { left: WIDTH, height: HEIGHT, looks }),
    ],
  };
}

/** Ends of intervals that do not make the rest small. */
function endsInReach(points: readonly Point[]): number[] {
  const values = points.map((p) => p.value);
  const [low, high] = extent(values);
  const far = Math.max(high - low, 2) * 1.5;
  const ends = points.flatMap((p) => [p.low ?? p.value, p.high ?? p.value]);
  return [...values, ...ends.filter((end) => end > low - far && end < high + far)];
}

/** Points of almost the same cost stand beside each other. */
function sideBySide(points: readonly Placed[]): Placed[] {
  const groups: Placed[][] = [];
  for (const point of [...points].sort((a, b) => a.x - b.x)) {
    const group = groups.at(-1);
    const first = group?.[0];
    if (group !== undefined && first !== undefined && point.x - first.x < DODGE) group.push(point);
    else groups.push([point]);
  }
  return groups.flatMap((group) =>
    group.map((p, i) => ({ ...p, x: p.x + (i - (group.length - 1) / 2) * DODGE })),
  );
}

/** What a label should leave free. */
function barOf({ x, y, top = y, bottom = y }: Placed): { x: number; y: number }[] {
  return Array.from({ length: 8 }, (_, i) => ({ x, y: top + ((bottom - top) * i) / 7 }));
}

/** Its name stands above the line, where fewest intervals cross it. */
function teacherLayers(
  text: string,
  value: number,
  axisY: Spec,
  { y, placed }: { readonly y: number; readonly placed: readonly Placed[] },
): Spec[] {
  const width = textWidth(text, 10);
  const crossed = (left: number): number =>
    placed.filter((p) => p.x > left - 6 && p.x < left + width + 6).length;
  const [left = 6] = [6, 0.3 * WIDTH, 0.5 * WIDTH, WIDTH - width].sort((a, b) => crossed(a) - crossed(b));
  return [level(value, axisY), ...labelLayers([{ x: 0, y, text, left, middle: y - 8 }], 10)];
}

function pointLayers({ x, y, top, bottom }: Placed, { colour, shape }: Look): Spec[] {
  const clamp = (value: number): number => Math.min(HEIGHT, Math.max(0, value));
  const bar =
    top === undefined || bottom === undefined
      ? []
      : [
          {
            data: { values: [{ x, from: clamp(top), to: clamp(bottom) }] },
            mark: { type: 'rule', color: colour, strokeWidth: 1.6 },
            encoding: { x: pixel('x'), y: pixel('from'), y2: { field: 'to' } },
          },
        ];
  return [
    ...bar,
    {
      data: { values: [{ x, y }] },
      mark: { type: 'point', filled: true, size: 80, opacity: 1, color: colour, shape },
      encoding: { x: pixel('x'), y: pixel('y') },
    },
  ];
}
