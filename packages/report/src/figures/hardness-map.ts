/** Student stages against candidate anchors: how far each state of the teacher is from what the student has become. */
import type { HardnessMap } from '../trace.ts';
import type { FigureOrReason, Spec } from './figure.ts';
import {
  AGREEMENT,
  cellsOf,
  colourOf,
  inset,
  KL,
  type PlacedRow,
  placeRows,
  type Quantity,
} from './heat-cells.ts';
import { at, pixel } from './marks.ts';
import { counted } from './over-seeds.ts';
import { INK, lookOf, MUTED, type Looks } from './palette.ts';
import { extent } from './scale.ts';
import { SIZE } from './theme.ts';

const ROOM = 330;
/** Cells at least so wide carry their number. */
const NUMBERED = 26;
const NAME = { name: 'hardness', title: 'Hardness map' } as const;

export function hardnessFigure(map: HardnessMap | string, looks: Looks): FigureOrReason {
  if (typeof map === 'string') return { ...NAME, why: map };
  const { candidates, rows, samples, leftOut } = map;
  if (rows.length === 0) return { ...NAME, why: 'no run has a state that is kept and a route.' };
  const [fewest, most] = extent(rows.map((row) => row.seeds));
  const seeds = fewest === most ? counted(most, 'seed') : `${fewest} to ${counted(most, 'seed')}`;
  const told = rows.map(({ condition, epoch, kl }) => {
    const least = kl.indexOf(Math.min(...kl));
    const nats = (value: number | undefined): string => `${(value ?? NaN).toPrecision(3)} nats`;
    return `${condition} after ${counted(epoch, 'epoch')}: nearest to teacher epoch ${candidates[least] ?? ''} (${nats(kl[least])}), ${nats(kl.at(-1))} from the converged teacher`;
  });
  return {
    ...NAME,
    caption: `Rows: what a student has become after so many of its own epochs, at the ends of its stages. Columns: states of the teacher's route, by epoch. Left: KL(teacher's state ‖ student) in nats, colours on a log scale; right: share of samples on which both name the same class first. Light: near, easy to learn from; dark: far, hard. ${counted(samples, 'held-out sample')}, mean of ${seeds}. Framed: the anchors that teach from there on.${leftOut === 0 ? '' : ` ${counted(leftOut, 'run')} without a route, or with one of other states, left out.`}`,
    alt: `Two heat maps of student stages by teacher epochs. ${told.join('; ')}.`,
    spec: {
      concat: [heat(map, looks, KL), heat(map, looks, AGREEMENT)],
      columns: 2,
      spacing: 26,
      resolve: { scale: { color: 'independent' } },
    },
  };
}

function heat(map: HardnessMap, looks: Looks, quantity: Quantity): Spec {
  const { candidates } = map;
  const { rows, height } = placeRows(map.rows);
  const width = Math.max(4, Math.min(31, ROOM / candidates.length));
  const cells = cellsOf(rows, candidates, quantity, width);
  const box = { x: pixel('left'), x2: { field: 'right' }, y: pixel('top'), y2: { field: 'bottom' } };
  const frame = (stroke: string, strokeWidth: number): Spec => ({
    data: { values: cells.filter((cell) => cell.taught).map(inset) },
    mark: { type: 'rect', filled: false, fill: null, stroke, strokeWidth },
    encoding: box,
  });
  const numbers = (ink: string): Spec => ({
    data: { values: cells.filter((cell) => cell.ink === ink) },
    mark: { type: 'text', baseline: 'middle', fontSize: SIZE - 2, color: ink },
    encoding: { x: pixel('x'), y: pixel('y'), text: { field: 'text' } },
  });
  return {
    width: width * candidates.length,
    height,
    layer: [
      {
        data: { values: cells },
        mark: { type: 'rect' },
        encoding: { ...box, color: colourOf(rows, quantity) },
      },
      frame('#ffffff', 3),
      frame('#d55e00', 1.8),
      ...(width < NUMBERED ? [] : ['#ffffff', '#000000'].map(numbers)),
      ...columnNames(candidates, width, height),
      ...(quantity === KL ? rowNames(rows, looks) : []),
    ],
  };
}

/** Of the first, the last, and as many between as have room. */
function columnNames(candidates: readonly number[], width: number, height: number): Spec[] {
  const every = Math.max(1, Math.ceil(22 / width));
  const last = candidates.length - 1;
  const shown = candidates.flatMap((epoch, i) =>
    i === last || (i % every === 0 && last - i >= every)
      ? [{ x: (i + 0.5) * width, text: String(Number(epoch.toFixed(1))) }]
      : [],
  );
  return [
    {
      data: { values: shown },
      mark: { type: 'text', baseline: 'top', color: MUTED, fontSize: SIZE - 1 },
      encoding: { x: pixel('x'), y: at(height + 4), text: { field: 'text' } },
    },
    {
      data: { values: [{ text: 'teacher epoch' }] },
      mark: { type: 'text', baseline: 'top', align: 'center', color: INK },
      encoding: { x: at((candidates.length * width) / 2), y: at(height + 18), text: { field: 'text' } },
    },
  ];
}

function rowNames(rows: readonly PlacedRow[], looks: Looks): Spec[] {
  const label = (values: readonly object[], x: number, mark: Spec): Spec => ({
    data: { values },
    mark: { type: 'text', baseline: 'middle', align: 'right', ...mark },
    encoding: { x: at(x), y: pixel('y'), text: { field: 'text' } },
  });
  const epochs = rows.map(({ epoch, middle }) => ({
    y: middle,
    text: epoch === 0 ? 'start' : `epoch ${Number(epoch.toFixed(1))}`,
  }));
  const heads = rows
    .filter((row) => row.first)
    .map(({ condition, middle }) => ({ y: middle, text: condition }));
  return [
    label(epochs, -6, { color: MUTED, fontSize: SIZE - 1 }),
    label(heads, -66, { color: INK, fontWeight: 'bold' }),
    ...heads.map(({ y, text }): Spec => {
      const { colour, shape } = lookOf(looks, text);
      return {
        data: { values: [{ y }] },
        mark: { type: 'point', filled: true, size: 45, opacity: 1, color: colour, shape },
        encoding: { x: at(-58), y: pixel('y') },
      };
    }),
  ];
}
