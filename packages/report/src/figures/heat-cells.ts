/** Cells of a heat map with their colours and numbers. */
import type { HardnessRow } from '../trace.ts';
import type { Spec } from './figure.ts';
import { extent, logTicks } from './scale.ts';

const [ROW, GAP] = [17, 9];

/** What a map shows by colour: light where student and candidate are near. */
export interface Quantity {
  readonly of: 'kl' | 'agreement';
  readonly title: string;
  readonly log: boolean;
  /** In the unit that is shown. */
  readonly shown: (value: number) => number;
  readonly text: (shown: number) => string;
}

export const KL: Quantity = {
  of: 'kl',
  title: 'KL, nats',
  log: true,
  shown: (value) => Math.max(value, 1e-6),
  text: shortText,
};

export const AGREEMENT: Quantity = {
  of: 'agreement',
  title: 'same first class, %',
  log: false,
  shown: (value) => value * 100,
  text: (value) => value.toFixed(0),
};

/** `12`, `1.2`, `.12` */
function shortText(value: number): string {
  if (value >= 9.95) return value.toFixed(0);
  return value >= 0.995 ? value.toFixed(1) : value.toFixed(2).slice(1);
}

export interface PlacedRow extends HardnessRow {
  readonly top: number;
  readonly middle: number;
  /** Of its condition. */
  readonly first: boolean;
}

/** Conditions stand apart by a gap. */
export function placeRows(rows: readonly HardnessRow[]): {
  readonly rows: readonly PlacedRow[];
  readonly height: number;
} {
  let top = 0;
  const placed = rows.map((row, i) => {
    const first = row.condition !== rows[i - 1]?.condition;
    if (first && i > 0) top += GAP;
    const own = { ...row, top, middle: top + ROW / 2 + 0.5, first };
    top += ROW;
    return own;
  });
  return { rows: placed, height: top };
}

export interface Cell {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly x: number;
  readonly y: number;
  readonly value: number;
  readonly text: string;
  /** Whether its candidate teaches from here on. */
  readonly taught: boolean;
  /** That can be read on its colour. */
  readonly ink: string;
}

/** @param width of a cell */
export function cellsOf(
  rows: readonly PlacedRow[],
  candidates: readonly number[],
  quantity: Quantity,
  width: number,
): Cell[] {
  const [low, high] = domainOf(rows, quantity);
  const scaled = quantity.log ? Math.log : (value: number) => value;
  const part = (value: number): number => (scaled(value) - scaled(low)) / (scaled(high) - scaled(low));
  return rows.flatMap((row) =>
    candidates.map((epoch, i): Cell => {
      const value = quantity.shown(row[quantity.of][i] ?? NaN);
      const dark = quantity.of === 'kl' ? part(value) : 1 - part(value);
      return {
        left: i * width,
        right: (i + 1) * width,
        top: row.top,
        bottom: row.top + ROW,
        x: (i + 0.5) * width,
        y: row.middle,
        value,
        text: quantity.text(value),
        taught: row.next.includes(epoch),
        ink: dark > 0.5 ? '#ffffff' : '#000000',
      };
    }),
  );
}

/** So that frames of neighbours do not cover each other. */
export function inset(cell: Cell): Cell {
  const { left, right, top, bottom } = cell;
  return { ...cell, left: left + 0.8, right: right - 0.8, top: top + 0.8, bottom: bottom - 0.8 };
}

function domainOf(rows: readonly HardnessRow[], { of, log, shown }: Quantity): readonly [number, number] {
  const [low, high] = extent(rows.flatMap((row) => row[of]).map(shown));
  if (!log) return high - low > 1 ? [Math.floor(low), Math.ceil(high)] : [low - 1, high + 1];
  return high > low ? [Math.max(low, high / 1e4), high] : [low / 2, low * 2];
}

export function colourOf(rows: readonly HardnessRow[], quantity: Quantity): Spec {
  const { of, log, title } = quantity;
  const domain = domainOf(rows, quantity);
  return {
    field: 'value',
    type: 'quantitative',
    scale: { domain, scheme: 'cividis', reverse: of === 'kl', clamp: true, ...(log ? { type: 'log' } : {}) },
    legend: {
      ...{ orient: 'top', direction: 'horizontal', titleOrient: 'left', offset: 6, title },
      ...{ gradientLength: 150, tickCount: 4 },
      ...(log ? { format: '~g', values: logTicks(domain) } : {}),
    },
  };
}
