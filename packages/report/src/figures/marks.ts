/** Parts that figures have in common. */
import { INK, lookOf, MUTED, PAPER, type Look, type Looks } from './palette.ts';
import type { Placed } from './place-labels.ts';
import { logTicks, type Scale } from './scale.ts';
import type { Spec } from './figure.ts';
import { SIZE } from './theme.ts';

export const pixel = (field: string): Spec => ({
  field,
  type: 'quantitative',
  scale: null,
  axis: null,
  title: null,
});
export const at = (value: number): Spec => ({ value });

/** An axis along a scale. */
export function axis(field: string, scale: Scale, title: string, more: Spec = {}): Spec {
  const { domain, log } = scale;
  return {
    field,
    type: 'quantitative',
    scale: { domain, nice: false, ...(log ? { type: 'log' } : { zero: false }) },
    axis: {
      title,
      ...(log ? { values: logTicks(domain), format: domain[1] < 1000 ? '~g' : '~s' } : {}),
      ...more,
    },
  };
}

/** Labels with a halo, and lines to those that stand apart. */
export function labelLayers(placed: readonly Placed[], fontSize: number = SIZE): Spec[] {
  if (placed.length === 0) return [];
  const leaders = placed.flatMap(({ x, y, leader }) =>
    leader === undefined ? [] : [{ x, y, u: leader.x, w: leader.y }],
  );
  const values = placed.map(({ text, left, middle }) => ({ text, left, middle }));
  const text = (mark: Spec): Spec => ({
    data: { values },
    mark: { type: 'text', align: 'left', baseline: 'middle', fontSize, ...mark },
    encoding: { x: pixel('left'), y: pixel('middle'), text: { field: 'text' } },
  });
  return [
    ...(leaders.length === 0
      ? []
      : [
          {
            data: { values: leaders },
            mark: { type: 'rule', color: MUTED, strokeWidth: 0.6 },
            encoding: { x: pixel('x'), y: pixel('y'), x2: { field: 'u' }, y2: { field: 'w' } },
          },
        ]),
    text({ stroke: PAPER, strokeWidth: 3, strokeJoin: 'round', color: PAPER, opacity: 0.85 }),
    text({ color: INK }),
  ];
}

/** A panel's name above its left end, with the condition's sign. */
export function panelName(name: string, look: Look | undefined): Spec[] {
  const place = { y: at(-11) };
  return [
    ...(look === undefined
      ? []
      : [
          {
            data: { values: [{}] },
            mark: {
              type: 'point',
              filled: true,
              size: 60,
              color: look.colour,
              shape: look.shape,
              opacity: 1,
            },
            encoding: { x: at(5), ...place },
          },
        ]),
    {
      data: { values: [{ text: name }] },
      mark: { type: 'text', align: 'left', baseline: 'middle', fontWeight: 'bold', color: INK },
      encoding: { x: at(look === undefined ? 0 : 13), ...place, text: { field: 'text' } },
    },
  ];
}

/** A level across a panel. */
export function level(y: number, axisY: Spec): Spec {
  return {
    data: { values: [{ y }] },
    mark: { type: 'rule', color: MUTED, strokeDash: [5, 3], strokeWidth: 0.9 },
    encoding: { y: { ...axisY, field: 'y' } },
  };
}

/** Where two are alike. */
export function zeroLine(axisX: Spec): Spec {
  return {
    data: { values: [{ zero: 0 }] },
    mark: { type: 'rule', color: INK, strokeWidth: 0.9 },
    encoding: { x: { ...axisX, field: 'zero' } },
  };
}

/** Panels side by side, broken into rows. */
export function panels(all: readonly Spec[], columns: number): Spec {
  return {
    concat: all,
    columns,
    spacing: { row: 22, column: 22 },
    resolve: { scale: { color: 'independent' } },
  };
}

/** Names of what is the same, as one: conditions that were one training have one place in a figure. */
export function joined<T extends { readonly name: string }>(
  items: readonly T[],
  keyOf: (item: T) => string,
): (T & { readonly text: string })[] {
  return [...Map.groupBy(items, keyOf).values()].flatMap((group) => {
    const text = group.map((item) => item.name).join(', ');
    return group.slice(0, 1).map((first) => ({ ...first, text }));
  });
}

interface LineEnd {
  readonly x: number;
  readonly y: number;
  readonly name: string;
  readonly text: string;
}

/** Names of lines in a column at their right, in the order of their ends, each with its sign. */
export function endColumn(
  ends: readonly LineEnd[],
  { left, height, looks }: { readonly left: number; readonly height: number; readonly looks: Looks },
): Spec[] {
  const line = 13;
  const sorted = [...ends].sort((a, b) => a.y - b.y);
  const places = spreadOut(
    sorted.map((end) => end.y),
    line,
    height,
  );
  return sorted.flatMap(({ x, y, name, text }, i): Spec[] => {
    const { colour, shape } = lookOf(looks, name);
    const row = { x, y, u: left + 14, w: places[i] ?? y, text };
    return [
      {
        data: { values: [row] },
        mark: { type: 'rule', color: colour, strokeWidth: 0.7, opacity: 0.8 },
        encoding: { x: pixel('x'), y: pixel('y'), x2: { field: 'u' }, y2: { field: 'w' } },
      },
      {
        data: { values: [row] },
        mark: { type: 'point', filled: true, size: 34, opacity: 1, color: colour, shape },
        encoding: { x: pixel('u'), y: pixel('w') },
      },
      {
        data: { values: [{ ...row, u: row.u + 7 }] },
        mark: { type: 'text', align: 'left', baseline: 'middle', fontSize: SIZE - 1, color: INK },
        encoding: { x: pixel('u'), y: pixel('w'), text: { field: 'text' } },
      },
    ];
  });
}

const ROUNDS = 200;

/** Ascending places at least `gap` apart, as near to the wanted ones as some rounds find; within 0 and `height`. */
export function spreadOut(wanted: readonly number[], gap: number, height: number): number[] {
  const places = [...wanted];
  for (let round = 0; round < ROUNDS; round++) {
    let moved = 0;
    for (let i = 0; i + 1 < places.length; i++) {
      const [a, b] = [places[i] as number, places[i + 1] as number];
      const short = gap - (b - a);
      if (short <= 1e-6) continue;
      places[i] = a - short / 2;
      places[i + 1] = b + short / 2;
      moved += short;
    }
    if ((places.at(-1) ?? 0) > height) places[places.length - 1] = height;
    if ((places[0] ?? 0) < 0) places[0] = 0;
    if (moved < 0.01) break;
  }
  return places;
}
