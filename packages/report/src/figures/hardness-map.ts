/** Student stages against candidate anchors: how far each state of the teacher is from what the student has become. */
import type { HardnessMap, HardnessRow } from '../trace.ts';
import type { FigureOrReason, Spec } from './figure.ts';
import { at, pixel } from './marks.ts';
import { counted } from './over-seeds.ts';
import { INK, lookOf, MUTED, type Looks } from './palette.ts';
import { SIZE } from './theme.ts';
import { extent, logTicks } from './scale.ts';

const [ROOM, ROW, GAP] = [330, 17, 9];
/** Cells at least so wide carry their number. */
const NUMBERED = 26;
const NAME = { name: 'hardness', title: 'Hardness map' } as const;

export function hardnessFigure(map: HardnessMap | string, looks: Looks): FigureOrReason {
  if (typeof map === 'string') return { ...NAME, why: map };
  const { candidates, rows, samples, seeds } = map;
  if (rows.length === 0) return { ...NAME, why: 'no run has a state that is kept and a route.' };
  const told = rows.map(({ condition, epoch, kl }) => {
    const least = kl.indexOf(Math.min(...kl));
    return `${condition} after ${counted(epoch, 'epoch')} is nearest to teacher epoch ${candidates[least] ?? ''} (${(kl[least] ?? NaN).toFixed(2)} nats)`;
  });
  return {
    ...NAME,
    caption: `Rows: what a student has become by the end of a stage, from its initial weights on. Columns: states of the teacher's route, by epoch. Left: KL(teacher's state ‖ student) in nats, by colour on a log scale; right: share of samples on which both name the same class first. ${counted(samples, 'held-out sample')}, mean of ${counted(seeds, 'seed')}. Framed: the anchors that teach from there on.`,
    alt: `Two heat maps of student stages by teacher epochs. ${told.join('; ')}.`,
    spec: {
      concat: [heat(map, looks, 'kl'), heat(map, looks, 'agreement')],
      columns: 2,
      spacing: 26,
      resolve: { scale: { color: 'independent' } },
    },
  };
}

interface Placed extends HardnessRow {
  readonly y: number;
  readonly first: boolean;
}

/** Conditions stand apart by a gap. */
function placed(rows: readonly HardnessRow[]): { readonly rows: readonly Placed[]; readonly height: number } {
  let [y, before] = [0, rows[0]?.condition];
  const found = rows.map((row, i) => {
    const first = i === 0 || row.condition !== before;
    if (first && i > 0) y += GAP;
    before = row.condition;
    const own = { ...row, y, first };
    y += ROW;
    return own;
  });
  return { rows: found, height: y };
}

function heat(map: HardnessMap, looks: Looks, of: 'kl' | 'agreement'): Spec {
  const { candidates } = map;
  const { rows, height } = placed(map.rows);
  const cell = Math.max(4, Math.min(31, ROOM / candidates.length));
  const values = rows.flatMap((row) => row[of]);
  const cells = cellsOf(rows, candidates, { cell, of, shade: shadeOf(values, of) });
  const box = { x: pixel('left'), x2: { field: 'right' }, y: pixel('top'), y2: { field: 'bottom' } };
  const taught = cells.filter((c) => c.taught).map(inset);
  const frame = (stroke: string, strokeWidth: number): Spec => ({
    data: { values: taught },
    mark: { type: 'rect', filled: false, fill: null, stroke, strokeWidth },
    encoding: box,
  });
  return {
    width: cell * candidates.length,
    height,
    layer: [
      { data: { values: cells }, mark: { type: 'rect' }, encoding: { ...box, color: colourOf(values, of) } },
      frame('#ffffff', 3),
      frame('#d55e00', 1.8),
      ...(cell < NUMBERED
        ? []
        : ['#ffffff', '#000000'].map((ink): Spec => ({
            data: { values: cells.filter((c) => c.ink === ink) },
            mark: { type: 'text', baseline: 'middle', fontSize: SIZE - 2, color: ink },
            encoding: { x: pixel('x'), y: pixel('y'), text: { field: 'text' } },
          }))),
      ...columnNames(candidates, cell, height),
      ...(of === 'kl' ? rowNames(rows, looks) : []),
    ],
  };
}

interface Cell {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly taught: boolean;
  readonly ink: string;
}

interface Drawing {
  /** Width. */
  readonly cell: number;
  readonly of: 'kl' | 'agreement';
  readonly shade: (value: number) => number;
}

function cellsOf(
  rows: readonly Placed[],
  candidates: readonly number[],
  { cell, of, shade }: Drawing,
): Cell[] {
  return rows.flatMap((row) =>
    candidates.map((epoch, i) => {
      const value = row[of][i] ?? NaN;
      return {
        left: i * cell,
        right: (i + 1) * cell,
        top: row.y,
        bottom: row.y + ROW,
        value: of === 'agreement' ? value * 100 : Math.max(value, 1e-6),
        text: of === 'agreement' ? (value * 100).toFixed(0) : shortText(value),
        x: (i + 0.5) * cell,
        y: row.y + ROW / 2 + 0.5,
        taught: row.next.includes(epoch),
        ink: shade(value) > 0.5 ? '#ffffff' : '#000000',
      };
    }),
  );
}

/** `12`, `1.2`, `.12` */
function shortText(value: number): string {
  if (value >= 9.95) return value.toFixed(0);
  return value >= 0.995 ? value.toFixed(1) : value.toFixed(2).slice(1);
}

/** So that frames of neighbours do not cover each other. */
function inset(cell: Cell): Cell {
  const { left, right, top, bottom } = cell;
  return { ...cell, left: left + 0.8, right: right - 0.8, top: top + 0.8, bottom: bottom - 0.8 };
}

/** 0 where the colour is light, 1 where it is dark. */
function shadeOf(values: readonly number[], of: 'kl' | 'agreement'): (value: number) => number {
  const [low, high] = domainOf(values, of);
  return (value) =>
    of === 'kl'
      ? Math.log(Math.max(value, 1e-6) / low) / Math.log(high / low)
      : 1 - (value * 100 - low) / Math.max(1e-9, high - low);
}

function domainOf(values: readonly number[], of: 'kl' | 'agreement'): [number, number] {
  if (of === 'agreement') {
    const [low, high] = extent(values.map((v) => v * 100));
    return [Math.floor(low), Math.ceil(high)];
  }
  const [low, high] = extent(values.filter((v) => v > 0));
  return high > low ? [Math.max(low, high / 1e4), high] : [low / 2, low * 2];
}

function colourOf(values: readonly number[], of: 'kl' | 'agreement'): Spec {
  const kl = of === 'kl';
  return {
    field: 'value',
    type: 'quantitative',
    scale: {
      domain: domainOf(values, of),
      scheme: 'cividis',
      reverse: kl,
      clamp: true,
      ...(kl ? { type: 'log' } : {}),
    },
    legend: {
      orient: 'top',
      direction: 'horizontal',
      title: kl ? 'KL, nats' : 'same first class, %',
      gradientLength: 150,
      tickCount: 4,
      titleOrient: 'left',
      offset: 6,
      ...(kl ? { format: '~g', values: logTicks(domainOf(values, of)) } : {}),
    },
  };
}

function columnNames(candidates: readonly number[], cell: number, height: number): Spec[] {
  const every = Math.max(1, Math.ceil(22 / cell));
  const shown = candidates.flatMap((epoch, i) => {
    const last = i === candidates.length - 1;
    const crowded = !last && candidates.length - 1 - i < every;
    return last || (i % every === 0 && !crowded)
      ? [{ x: (i + 0.5) * cell, text: String(Number(epoch.toFixed(1))) }]
      : [];
  });
  return [
    {
      data: { values: shown },
      mark: { type: 'text', baseline: 'top', color: MUTED, fontSize: SIZE - 1 },
      encoding: { x: pixel('x'), y: at(height + 4), text: { field: 'text' } },
    },
    {
      data: { values: [{ text: 'teacher epoch' }] },
      mark: { type: 'text', baseline: 'top', align: 'center', color: INK },
      encoding: { x: at((candidates.length * cell) / 2), y: at(height + 18), text: { field: 'text' } },
    },
  ];
}

function rowNames(rows: readonly Placed[], looks: Looks): Spec[] {
  const label = (values: readonly object[], x: number, mark: Spec): Spec => ({
    data: { values },
    mark: { type: 'text', baseline: 'middle', align: 'right', ...mark },
    encoding: { x: at(x), y: pixel('y'), text: { field: 'text' } },
  });
  const middle = (row: Placed): number => row.y + ROW / 2 + 0.5;
  const epochs = rows.map((row) => ({
    y: middle(row),
    text: row.epoch === 0 ? 'start' : `epoch ${Number(row.epoch.toFixed(1))}`,
  }));
  const heads = rows.filter((row) => row.first);
  return [
    label(epochs, -6, { color: MUTED, fontSize: SIZE - 1 }),
    label(
      heads.map((row) => ({ y: middle(row), text: row.condition })),
      -66,
      { color: INK, fontWeight: 'bold' },
    ),
    ...heads.map((row): Spec => ({
      data: { values: [{ y: middle(row) }] },
      mark: {
        type: 'point',
        filled: true,
        size: 45,
        opacity: 1,
        color: lookOf(looks, row.condition).colour,
        shape: lookOf(looks, row.condition).shape,
      },
      encoding: { x: at(-58), y: pixel('y') },
    })),
  ];
}
