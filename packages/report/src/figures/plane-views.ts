/** What of a plane is drawn, and how large. */
import type { Path } from '../trace.ts';
import { extent, type Scale } from './scale.ts';

/** Of one view, and of one of two. */
const [WIDTH, HALF] = [560, 400];

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Points that are no network's, such as the true labels. */
export interface Mark extends Place {
  readonly name: string;
}

/** A part of a plane, and what is named in it. */
export interface View {
  readonly x: Scale;
  readonly y: Scale;
  readonly width: number;
  readonly height: number;
  readonly named: 'all' | 'marks' | 'ends';
  /** What another view shows. */
  readonly frame?: View;
}

/** Students begin far from where they end: where ends would lie on each other, a second view shows them larger. */
export function viewsOf(paths: readonly Path[], marks: readonly Mark[]): readonly View[] {
  const all = [...paths.flatMap((path) => path.points), ...marks];
  const ends = paths.flatMap((path) => path.points.slice(-1));
  const few = paths.filter((path) => path.condition !== undefined).length < 2;
  if (few || span(ends) === 0 || span(ends) > 0.5 * span(all)) return [viewOf(all, WIDTH, 'all')];
  const near = viewOf(ends, HALF, 'ends', 0.12);
  return [{ ...viewOf(all, HALF, 'marks'), frame: near }, near];
}

/** One scale for both axes, as tall as the points ask for. */
function viewOf(points: readonly Place[], width: number, named: View['named'], room = 0.04): View {
  const [[left, right], [low, high]] = extents(points);
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

/** The longer side of the box around points. */
function span(points: readonly Place[]): number {
  return Math.max(...extents(points).map(([from, to]) => to - from));
}

function extents(points: readonly Place[]): [[number, number], [number, number]] {
  return [extent(points.map((p) => p.x)), extent(points.map((p) => p.y))];
}
