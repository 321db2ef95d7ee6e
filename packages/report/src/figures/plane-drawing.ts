/** Paths of a plane as layers: a teacher's in ink, students' in their colours, and names that cover neither. */
import type { Path, PathPoint } from '../trace.ts';
import type { Spec } from './figure.ts';
import { axis, endColumn, joined, labelLayers } from './marks.ts';
import { conditionsOf } from './over-seeds.ts';
import { INK, lookOf, MUTED, PAPER, type Looks } from './palette.ts';
import { placeLabels, type Anchored } from './place-labels.ts';
import { type Mark, type Place, type View, viewsOf } from './plane-views.ts';
import { project } from './scale.ts';

export type StudentPath = Path & { readonly condition: string };

export function studentsOf(paths: readonly Path[]): readonly StudentPath[] {
  return paths.flatMap((path) =>
    path.condition === undefined ? [] : [{ ...path, condition: path.condition }],
  );
}

export function teachersOf(paths: readonly Path[]): readonly Path[] {
  return paths.filter((path) => path.condition === undefined);
}

/** The end that is nearest to the mean of all ends. */
export function endOf(paths: readonly Path[]): Place {
  const ends = paths.flatMap((path) => path.points.slice(-1));
  const mean = (of: (p: Place) => number): number => ends.reduce((sum, p) => sum + of(p), 0) / ends.length;
  const [x, y] = [mean((p) => p.x), mean((p) => p.y)];
  const far = (p: Place): number => Math.hypot(p.x - x, p.y - y);
  return ends.reduce<Place>((best, p) => (far(p) < far(best) ? p : best), ends[0] ?? { x, y });
}

/** One view, or two side by side. @param titles of the axes */
export function planeSpec(
  paths: readonly Path[],
  marks: readonly Mark[],
  looks: Looks,
  titles: readonly string[],
): Spec {
  const views = viewsOf(paths, marks);
  return {
    concat: views.map((view) => viewSpec({ paths, marks, looks }, view, titles)),
    columns: 2,
    spacing: 30,
  };
}

interface Content {
  readonly paths: readonly Path[];
  readonly marks: readonly Mark[];
  readonly looks: Looks;
}

interface Axes {
  readonly x: Spec;
  readonly y: Spec;
}

function viewSpec(content: Content, view: View, [titleX = '', titleY = '']: readonly string[]): Spec {
  const { paths, marks, looks } = content;
  const { x, y, width, height, named, frame } = view;
  const axes = {
    x: axis('x', x, titleX, { tickCount: 5, grid: true }),
    y: axis('y', y, named === 'ends' ? '' : titleY, { tickCount: 5 }),
  };
  return {
    width,
    height,
    layer: [
      ...(frame === undefined ? [] : [frameLayer(frame, axes)]),
      ...studentsOf(paths).flatMap((path) => studentLayers(path, axes, looks)),
      ...teachersOf(paths).flatMap((path) => teacherLayers(path, axes)),
      ...(named === 'ends' ? [] : [pointLayer(marks, axes, { shape: 'cross', color: MUTED, size: 70 })]),
      ...nameLayers(content, view),
    ],
  };
}

function pointLayer(values: readonly Place[], axes: Axes, mark: Spec): Spec {
  return {
    data: { values },
    mark: { type: 'point', filled: true, clip: true, opacity: 1, ...mark },
    encoding: axes,
  };
}

function lineLayer(points: readonly PathPoint[], axes: Axes, mark: Spec): Spec {
  return {
    data: { values: points.map((p, order) => ({ ...p, order })) },
    mark: { type: 'line', clip: true, ...mark },
    encoding: { ...axes, order: { field: 'order' } },
  };
}

function studentLayers({ condition, points, oneStage }: StudentPath, axes: Axes, looks: Looks): Spec[] {
  const { colour, shape, dash } = lookOf(looks, condition);
  const line =
    oneStage === true
      ? { strokeDash: [1, 3], strokeCap: 'round', opacity: 0.6 }
      : { strokeDash: dash, opacity: 0.75 };
  return [
    lineLayer(points, axes, { color: colour, strokeWidth: 1.2, ...line }),
    pointLayer(points.slice(1, -1), axes, { size: 12, color: colour }),
    pointLayer(points.slice(0, 1), axes, { fill: PAPER, stroke: colour, strokeWidth: 1.2, size: 24 }),
    pointLayer(points.slice(-1), axes, { size: 55, color: colour, shape }),
  ];
}

function teacherLayers({ points }: Path, axes: Axes): Spec[] {
  return [
    lineLayer(points, axes, { color: INK, strokeWidth: 2 }),
    pointLayer(points, axes, { color: INK, size: 22 }),
    pointLayer(points.slice(-1), axes, { color: INK, size: 80 }),
  ];
}

/** What the other view shows. */
function frameLayer({ x, y }: View, axes: Axes): Spec {
  const [[left, right], [bottom, top]] = [x.domain, y.domain];
  const look = { fill: MUTED, fillOpacity: 0.08, stroke: MUTED, strokeWidth: 0.8, strokeDash: [3, 2] };
  return {
    data: { values: [{ left, right, bottom, top }] },
    mark: { type: 'rect', clip: true, ...look },
    encoding: {
      x: { ...axes.x, field: 'left' },
      x2: { field: 'right' },
      y: { ...axes.y, field: 'bottom' },
      y2: { field: 'top' },
    },
  };
}

/** Names of conditions at their ends, of marks, and of the teacher's epochs, so far as they are in view. */
function nameLayers({ paths, marks, looks }: Content, { x, y, width, height, named }: View): Spec[] {
  const place = (p: Place): Place => ({ x: project(x, p.x), y: project(y, p.y) });
  const within = (p: Place): boolean => p.x >= 0 && p.y >= 0 && p.x <= width && p.y <= height;
  const students = studentsOf(paths);
  const ends = joined(
    (named === 'marks' ? [] : conditionsOf(students)).map((name) => ({
      name,
      ...place(endOf(students.filter((path) => path.condition === name))),
    })),
    (end) => `${end.x.toFixed(1)} ${end.y.toFixed(1)}`,
  ).filter(within);
  const beside = ends.filter((end) => end.x > 0.7 * width);
  const near: Anchored[] = [
    ...ends.filter((end) => !beside.includes(end)),
    ...(named === 'ends' ? [] : marks.map((mark) => ({ ...place(mark), text: mark.name }))),
  ];
  const epochs = (teachersOf(paths)[0]?.points ?? [])
    .map((p) => ({ ...place(p), text: `${Number(p.epoch.toFixed(1))}` }))
    .filter(within);
  const drawn = paths.map(({ points }) => points.map(place));
  const obstacles = [...drawn.flat(), ...marks.map(place), ...drawn.flatMap(alongLine)].filter(within);
  const room = { width, height, margin: 90, fontSize: 11, obstacles };
  const placed = placeLabels([...near, ...thinned(epochs)], room);
  return [
    ...labelLayers(placed.slice(near.length), 10),
    ...labelLayers(placed.slice(0, near.length)),
    ...endColumn(beside, { left: width, height, looks }),
  ];
}

/** First and last, and of the rest those that stand apart. */
function thinned(labels: readonly Anchored[]): Anchored[] {
  const kept: Anchored[] = [];
  const last = labels.at(-1);
  const apart = (a: Anchored, b: Anchored): boolean => Math.hypot(a.x - b.x, a.y - b.y) > 26;
  for (const label of labels) {
    if (label === last || (kept.every((k) => apart(k, label)) && (last === undefined || apart(last, label))))
      kept.push(label);
  }
  return kept;
}

/** Places along a line, so that labels keep off it. */
function alongLine(points: readonly Place[]): Place[] {
  return points.slice(1).flatMap((p, i) => {
    const from = points[i] ?? p;
    const steps = Math.floor(Math.hypot(p.x - from.x, p.y - from.y) / 8);
    return Array.from({ length: steps }, (_, k) => {
      const part = (k + 1) / (steps + 1);
      return { x: from.x + part * (p.x - from.x), y: from.y + part * (p.y - from.y) };
    });
  });
}
