/** Paths of a teacher and its students in a plane: of predictions, or of weights. */
import type { Path, PathPoint } from '../trace.ts';
import type { FigureOrReason, Spec } from './figure.ts';
import { axis, endColumn, joined, labelLayers } from './marks.ts';
import { conditionsOf, counted } from './over-seeds.ts';
import { INK, lookOf, MUTED, PAPER, type Looks } from './palette.ts';
import { placeLabels, type Anchored } from './place-labels.ts';
import { extent, project, type Scale } from './scale.ts';

/** Of one view, and of one of two. */
const [WIDTH, HALF] = [560, 400];

/** Paths with what their plane holds. */
export interface Plane {
  readonly paths: readonly Path[];
  /** Points that are no network's, such as the true labels. */
  readonly marks: readonly { readonly name: string; readonly x: number; readonly y: number }[];
  /** Share of all distances, or of the variance of each axis, 0 to 1. */
  readonly held: readonly number[];
  /** Axes along which distances are subtracted. */
  readonly negative: readonly boolean[];
  readonly samples: number;
}

/** InPCA: networks by what they say of the same held-out samples. */
export function predictionsFigure(plane: Plane | string, looks: Looks): FigureOrReason {
  const name = { name: 'predictions', title: 'Paths in the plane of predictions' } as const;
  if (typeof plane === 'string') return { ...name, why: plane };
  const [held = 0] = plane.held;
  const odd = plane.negative
    .map((negative, i) => (negative ? `Along axis ${i + 1} distances are subtracted. ` : ''))
    .join('');
  return {
    ...name,
    caption: `Each point is a network by its probabilities on ${counted(plane.samples, 'held-out sample')}, whatever its architecture; near means that they say the same (InPCA with Bhattacharyya's distance; Quinn et al. 2019, Mao et al. 2024). The plane holds ${(held * 100).toFixed(0)} % of all distances. ${odd}Black: the teacher's route, with its epochs; coloured: students from their first weights (hollow) over the ends of their stages to the last (filled), every seed. Both axes have one scale${viewsOf(plane).length > 1 ? '; right: where the paths end, larger' : ''}.`,
    alt: `Plane of predictions. ${told(plane)}`,
    spec: spec(plane, looks, ['first axis of InPCA', 'second axis of InPCA']),
  };
}

/** PCA of the weights of students with one architecture that began with the same weights. */
export function weightsFigure(
  plane: (Plane & { readonly seed: number }) | string,
  looks: Looks,
): FigureOrReason {
  const name = { name: 'weights', title: "Students' paths in the plane of weights" } as const;
  if (typeof plane === 'string') return { ...name, why: plane };
  const shares = plane.held.map((share) => `${(share * 100).toFixed(0)} %`);
  return {
    ...name,
    caption: `Principal components of the students' weights (all trained parameters, no running statistics), seed ${plane.seed}: all conditions begin with the same weights (hollow) and end where the sign is filled. Axes hold ${shares.join(' and ')} of the variance. Networks that compute the same may have different weights, so distances here say less than those of predictions.`,
    alt: `Plane of weights. ${told(plane)}`,
    spec: spec(
      plane,
      looks,
      plane.held.map((share, i) => `component ${i + 1}, ${(share * 100).toFixed(0)} % of the variance`),
    ),
  };
}

function told({ paths }: Plane): string {
  const ends = conditionsOf(
    paths.flatMap((path) => (path.condition === undefined ? [] : [{ condition: path.condition }])),
  ).map((name) => {
    const { x, y } = endOf(paths.filter((path) => path.condition === name));
    return `${name} ends at (${x.toPrecision(2)}, ${y.toPrecision(2)})`;
  });
  const teacher = paths.find((path) => path.condition === undefined)?.points.at(-1);
  const where =
    teacher === undefined
      ? ''
      : `The converged teacher is at (${teacher.x.toPrecision(2)}, ${teacher.y.toPrecision(2)}). `;
  return `${where}${ends.join('; ')}.`;
}

/** The end that is nearest to the mean of all seeds' ends. */
function endOf(paths: readonly Path[]): PathPoint {
  const ends = paths.flatMap((path) => path.points.slice(-1));
  const mean = (of: (p: PathPoint) => number): number =>
    ends.reduce((sum, p) => sum + of(p), 0) / ends.length;
  const [x, y] = [mean((p) => p.x), mean((p) => p.y)];
  const far = (p: PathPoint): number => Math.hypot(p.x - x, p.y - y);
  return ends.reduce((best, p) => (far(p) < far(best) ? p : best), ends[0] ?? { epoch: 0, x, y });
}

/** A part of the plane, and what is named in it. */
interface View {
  readonly x: Scale;
  readonly y: Scale;
  readonly width: number;
  readonly height: number;
  readonly named: 'all' | 'marks' | 'ends';
  /** What another view shows. */
  readonly frame?: View;
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** One scale for both axes, as tall as the points ask for. */
function viewOf(points: readonly Place[], width: number, named: View['named'], room = 0.04): View {
  const [[left, right], [low, high]] = [extent(points.map((p) => p.x)), extent(points.map((p) => p.y))];
  const pad = Math.max(right - left, high - low, 1e-9) * room;
  const [spanX, spanY] = [right - left + 2 * pad, high - low + 2 * pad];
  const height = Math.round(Math.min(0.85 * width, Math.max(0.5 * width, (width * spanY) / spanX)));
  const perPixel = Math.max(spanX / width, spanY / height);
  const around = (centre: number, pixels: number): [number, number] => [
    centre - (perPixel * pixels) / 2,
    centre + (perPixel * pixels) / 2,
  ];
  return {
    x: { domain: around((left + right) / 2, width), range: [0, width], log: false },
    y: { domain: around((low + high) / 2, height), range: [height, 0], log: false },
    width,
    height,
    named,
  };
}

/** Students begin far from where they end: where ends would lie on each other, a second view shows them larger. */
function viewsOf({ paths, marks }: Plane): readonly View[] {
  const all = [...paths.flatMap((path) => path.points), ...marks];
  const ends = paths.flatMap((path) => path.points.slice(-1));
  const span = (points: readonly Place[]): number => {
    const [[left, right], [low, high]] = [extent(points.map((p) => p.x)), extent(points.map((p) => p.y))];
    return Math.max(right - left, high - low);
  };
  const few = paths.filter((path) => path.condition !== undefined).length < 2;
  if (few || span(ends) === 0 || span(ends) > 0.5 * span(all)) return [viewOf(all, WIDTH, 'all')];
  const near = viewOf(ends, HALF, 'ends', 0.12);
  return [{ ...viewOf(all, HALF, 'marks'), frame: near }, near];
}

function spec(plane: Plane, looks: Looks, titles: readonly string[]): Spec {
  return {
    concat: viewsOf(plane).map((view) => viewSpec(plane, view, looks, titles)),
    columns: 2,
    spacing: 30,
  };
}

function viewSpec(
  plane: Plane,
  view: View,
  looks: Looks,
  [titleX = '', titleY = '']: readonly string[],
): Spec {
  const { paths, marks } = plane;
  const { x, y, width, height, named, frame } = view;
  const place = (p: Place) => ({ x: project(x, p.x), y: project(y, p.y) });
  const students = paths.filter((path) => path.condition !== undefined);
  const teachers = paths.filter((path) => path.condition === undefined);
  const shownMarks = named === 'ends' ? [] : marks;
  const axes = {
    x: axis('x', x, titleX, { tickCount: 5, grid: true }),
    y: axis('y', y, named === 'ends' ? '' : titleY, { tickCount: 5 }),
  };
  return {
    width,
    height,
    layer: [
      ...(frame === undefined ? [] : [frameLayer(frame, axes)]),
      ...students.flatMap((path) => pathLayers(path, axes, looks)),
      ...teachers.flatMap((path) => teacherLayers(path, axes)),
      ...(shownMarks.length === 0
        ? []
        : [
            {
              data: { values: shownMarks },
              mark: { type: 'point', shape: 'cross', filled: true, color: MUTED, size: 70, opacity: 1 },
              encoding: axes,
            },
          ]),
      ...nameLayers(plane, view, { place, looks }),
    ],
  };
}

function frameLayer({ x, y }: View, axes: { readonly x: Spec; readonly y: Spec }): Spec {
  const [left, right] = x.domain;
  const [bottom, top] = y.domain;
  return {
    data: { values: [{ left, right, bottom, top }] },
    mark: {
      type: 'rect',
      clip: true,
      fill: MUTED,
      fillOpacity: 0.08,
      stroke: MUTED,
      strokeWidth: 0.8,
      strokeDash: [3, 2],
    },
    encoding: {
      x: { ...axes.x, field: 'left' },
      x2: { field: 'right' },
      y: { ...axes.y, field: 'bottom' },
      y2: { field: 'top' },
    },
  };
}

/** Names of conditions at their ends, of marks, and of the teacher's epochs, so far as they are in view. */
function nameLayers(
  { paths, marks }: Plane,
  view: View,
  { place, looks }: { readonly place: (p: Place) => Place; readonly looks: Looks },
): Spec[] {
  const { width, height, named } = view;
  const within = (p: Place): boolean => p.x >= 0 && p.y >= 0 && p.x <= width && p.y <= height;
  const students = paths.filter((path) => path.condition !== undefined);
  const teachers = paths.filter((path) => path.condition === undefined);
  const names = conditionsOf(students.map(({ condition = '' }) => ({ condition })));
  const ends = joined(
    names.map((name) => ({ name, ...place(endOf(students.filter((s) => s.condition === name))) })),
    (end) => `${end.x.toFixed(1)} ${end.y.toFixed(1)}`,
  );
  const strong = [
    ...(named === 'marks' ? [] : ends),
    ...(named === 'ends' ? [] : marks.map((mark) => ({ ...place(mark), text: mark.name }))),
  ].filter(within);
  const epochs = teachers
    .slice(0, 1)
    .flatMap(({ points }) => points.map((p) => ({ ...place(p), text: `${Number(p.epoch.toFixed(1))}` })))
    .filter(within);
  const drawn = paths.map(({ points }) => points.map(place));
  const obstacles = [...drawn.flat(), ...marks.map(place), ...between(drawn)].filter(within);
  const beside = named === 'marks' ? [] : ends.filter((end) => within(end) && end.x > 0.7 * width);
  const near = strong.filter((label) => !beside.some((end) => end.text === label.text));
  const room = { width, height, margin: 90, fontSize: 11, obstacles };
  const placed = placeLabels([...near, ...thinned(epochs)], room);
  return [
    ...labelLayers(placed.slice(near.length), 10),
    ...labelLayers(placed.slice(0, near.length)),
    ...endColumn(beside, { left: width, height, looks }),
  ];
}

function pathLayers(
  { condition = '', points }: Path,
  axes: { readonly x: Spec; readonly y: Spec },
  looks: Looks,
): Spec[] {
  const { colour, shape, dash } = lookOf(looks, condition);
  const mark = (values: readonly PathPoint[], more: Spec): Spec => ({
    data: { values },
    mark: { type: 'point', clip: true, opacity: 1, ...more },
    encoding: axes,
  });
  return [
    {
      data: { values: points.map((p, order) => ({ ...p, order })) },
      mark: { type: 'line', clip: true, color: colour, strokeWidth: 1.2, strokeDash: dash, opacity: 0.75 },
      encoding: { ...axes, order: { field: 'order' } },
    },
    mark(points.slice(1, -1), { filled: true, size: 12, color: colour }),
    mark(points.slice(0, 1), { filled: true, fill: PAPER, stroke: colour, strokeWidth: 1.2, size: 24 }),
    mark(points.slice(-1), { filled: true, size: 55, color: colour, shape }),
  ];
}

function teacherLayers({ points }: Path, axes: { readonly x: Spec; readonly y: Spec }): Spec[] {
  return [
    {
      data: { values: points.map((p, order) => ({ ...p, order })) },
      mark: { type: 'line', clip: true, color: INK, strokeWidth: 2 },
      encoding: { ...axes, order: { field: 'order' } },
    },
    {
      data: { values: points },
      mark: { type: 'point', clip: true, filled: true, color: INK, size: 22, opacity: 1 },
      encoding: axes,
    },
    {
      data: { values: points.slice(-1) },
      mark: { type: 'point', clip: true, filled: true, color: INK, size: 80, opacity: 1 },
      encoding: axes,
    },
  ];
}

/** First and last, and of the rest those that stand apart. */
function thinned(labels: readonly Anchored[]): Anchored[] {
  const kept: Anchored[] = [];
  const last = labels.at(-1);
  for (const label of labels) {
    const near = [...kept, ...(last === undefined || label === last ? [] : [last])];
    if (near.every((other) => Math.hypot(other.x - label.x, other.y - label.y) > 26)) kept.push(label);
    else if (label === last) kept.push(label);
  }
  return kept;
}

/** Places along the lines, so that labels keep off them. */
function between(
  paths: readonly (readonly { readonly x: number; readonly y: number }[])[],
): { x: number; y: number }[] {
  return paths.flatMap((points) =>
    points.slice(1).flatMap((p, i) => {
      const from = points[i] ?? p;
      const steps = Math.floor(Math.hypot(p.x - from.x, p.y - from.y) / 8);
      return Array.from({ length: steps }, (_, k) => {
        const part = (k + 1) / (steps + 1);
        return { x: from.x + part * (p.x - from.x), y: from.y + part * (p.y - from.y) };
      });
    }),
  );
}
