/** Paths of a teacher and its students in a plane: of predictions, or of weights. */
import type { Path, PathPoint } from '../trace.ts';
import type { FigureOrReason, Spec } from './figure.ts';
import { axis, joined, labelLayers } from './marks.ts';
import { conditionsOf, counted } from './over-seeds.ts';
import { INK, lookOf, MUTED, PAPER, type Looks } from './palette.ts';
import { placeLabels, type Anchored } from './place-labels.ts';
import { extent, project, type Scale } from './scale.ts';

const [WIDTH, MIN_HEIGHT, MAX_HEIGHT] = [560, 260, 460];

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
    caption: `Each point is a network by its probabilities on ${counted(plane.samples, 'held-out sample')}, whatever its architecture; near means that they say the same (InPCA with Bhattacharyya's distance; Quinn et al. 2019, Mao et al. 2024). The plane holds ${(held * 100).toFixed(0)} % of all distances. ${odd}Black: the teacher's route, with its epochs; coloured: students from their first weights (hollow) over the ends of their stages to the last (filled), every seed. Both axes have one scale.`,
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

function endOf(paths: readonly Path[]): PathPoint {
  const ends = paths.flatMap((path) => path.points.slice(-1));
  const mean = (of: (p: PathPoint) => number): number =>
    ends.reduce((sum, p) => sum + of(p), 0) / ends.length;
  return { epoch: mean((p) => p.epoch), x: mean((p) => p.x), y: mean((p) => p.y) };
}

/** One scale for both axes, as tall as the points ask for. */
function scales({ paths, marks }: Plane): { readonly x: Scale; readonly y: Scale; readonly height: number } {
  const all = [...paths.flatMap((path) => path.points), ...marks];
  const [[left, right], [low, high]] = [extent(all.map((p) => p.x)), extent(all.map((p) => p.y))];
  const pad = Math.max(right - left, high - low, 1e-9) * 0.04;
  const [spanX, spanY] = [right - left + 2 * pad, high - low + 2 * pad];
  const height = Math.round(Math.min(MAX_HEIGHT, Math.max(MIN_HEIGHT, (WIDTH * spanY) / spanX)));
  const perPixel = Math.max(spanX / WIDTH, spanY / height);
  const around = (centre: number, pixels: number): [number, number] => [
    centre - (perPixel * pixels) / 2,
    centre + (perPixel * pixels) / 2,
  ];
  return {
    x: { domain: around((left + right) / 2, WIDTH), range: [0, WIDTH], log: false },
    y: { domain: around((low + high) / 2, height), range: [height, 0], log: false },
    height,
  };
}

function spec(plane: Plane, looks: Looks, [titleX = '', titleY = '']: readonly string[]): Spec {
  const { paths, marks } = plane;
  const { x, y, height } = scales(plane);
  const place = (p: { readonly x: number; readonly y: number }) => ({
    x: project(x, p.x),
    y: project(y, p.y),
  });
  const students = paths.filter((path) => path.condition !== undefined);
  const teachers = paths.filter((path) => path.condition === undefined);
  const names = conditionsOf(students.map(({ condition = '' }) => ({ condition })));
  const ends = joined(
    names.map((name) => ({ name, ...place(endOf(students.filter((s) => s.condition === name))) })),
    (end) => `${end.x.toFixed(2)} ${end.y.toFixed(2)}`,
  );
  const epochs = teachers
    .slice(0, 1)
    .flatMap(({ points }) =>
      thinned(points.map((p) => ({ ...place(p), text: String(Number(p.epoch.toFixed(1))) }))),
    );
  const named = marks.map((mark) => ({ ...place(mark), text: mark.name }));
  const obstacles = paths
    .flatMap(({ points }) => points.map(place))
    .concat(marks.map(place), between(paths.map(({ points }) => points.map(place))));
  const room = { width: WIDTH, height, margin: 70, fontSize: 11, obstacles };
  const placed = placeLabels([...ends, ...named, ...epochs], room);
  const strong = placed.slice(0, ends.length + named.length);
  const weak = placed.slice(ends.length + named.length);
  const axes = {
    x: axis('x', x, titleX, { tickCount: 5, grid: true }),
    y: axis('y', y, titleY, { tickCount: 5 }),
  };
  return {
    concat: [
      {
        width: WIDTH,
        height,
        layer: [
          ...students.flatMap((path) => pathLayers(path, axes, looks)),
          ...teachers.flatMap((path) => teacherLayers(path, axes)),
          ...(marks.length === 0
            ? []
            : [
                {
                  data: { values: marks },
                  mark: { type: 'point', shape: 'cross', filled: true, color: MUTED, size: 70, opacity: 1 },
                  encoding: axes,
                },
              ]),
          ...labelLayers(weak, 10),
          ...labelLayers(strong),
        ],
      },
    ],
  };
}

function pathLayers(
  { condition = '', points }: Path,
  axes: { readonly x: Spec; readonly y: Spec },
  looks: Looks,
): Spec[] {
  const { colour, shape, dash } = lookOf(looks, condition);
  const mark = (values: readonly PathPoint[], more: Spec): Spec => ({
    data: { values },
    mark: { type: 'point', opacity: 1, ...more },
    encoding: axes,
  });
  return [
    {
      data: { values: points.map((p, order) => ({ ...p, order })) },
      mark: { type: 'line', color: colour, strokeWidth: 1.2, strokeDash: dash, opacity: 0.75 },
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
      mark: { type: 'line', color: INK, strokeWidth: 2 },
      encoding: { ...axes, order: { field: 'order' } },
    },
    {
      data: { values: points },
      mark: { type: 'point', filled: true, color: INK, size: 22, opacity: 1 },
      encoding: axes,
    },
    {
      data: { values: points.slice(-1) },
      mark: { type: 'point', filled: true, color: INK, size: 80, opacity: 1 },
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
