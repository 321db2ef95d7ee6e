/** The loss around states of networks, along two random directions of normalised filters. */
import type { Landscape } from '../trace.ts';
import { contour } from './contours.ts';
import type { FigureOrReason, Spec } from './figure.ts';
import { axis, panelName, panels } from './marks.ts';
import { counted } from './over-seeds.ts';
import { logTicks, type Scale } from './scale.ts';

const SIDE = 230;
const LEVELS = 12;
const NAME = { name: 'landscape', title: 'Loss landscapes' } as const;

export function landscapeFigure(found: readonly Landscape[] | string): FigureOrReason {
  if (typeof found === 'string') return { ...NAME, why: found };
  const [first] = found;
  if (first === undefined) return { ...NAME, why: 'no state was given.' };
  const all = found.flatMap(({ loss }) => loss.filter((value) => Number.isFinite(value) && value > 0));
  const [low, high] = [Math.min(...all), Math.min(Math.max(...all), Math.min(...all) * 1e3)];
  const told = found.map(
    ({ name, loss, steps }) =>
      `${name}: ${(loss[(steps.length * steps.length - 1) / 2] ?? NaN).toFixed(2)} in the middle, up to ${Math.max(...loss).toPrecision(2)}`,
  );
  return {
    ...NAME,
    caption: `Mean cross-entropy on ${counted(first.samples, 'held-out sample')} around a state (middle), along two random directions in which every filter is as long as in the weights (Li et al. 2018); normalisations and biases stay as they are. Cross: the state itself. One colour scale, logarithmic, light is low; lines at equal ratios. Two directions of very many: the picture tells sharp from flat, not where minima lie.`,
    alt: `Heat maps of the loss around ${counted(found.length, 'state')}. ${told.join('; ')}.`,
    spec: panels(
      found.map((landscape, i) => panel(landscape, [low, high], i === found.length - 1)),
      2,
    ),
  };
}

/** Places of a grid, and the lowest and highest loss that colours tell apart. */
interface Ground {
  readonly from: number;
  readonly to: number;
  /** Half of a cell. */
  readonly half: number;
  readonly range: readonly [number, number];
}

function panel({ name, steps, loss }: Landscape, range: readonly [number, number], legend: boolean): Spec {
  const [from = -1, to = 1] = [steps[0], steps.at(-1)];
  const half = (to - from) / (steps.length - 1) / 2;
  const ground: Ground = { from, to, half, range };
  const scale: Scale = { domain: [from - half, to + half], range: [0, SIDE], log: false };
  const axes = (x: string, y: string) => ({
    x: axis(x, scale, 'first direction, × filter length', { tickCount: 5 }),
    y: axis(y, scale, 'second direction, × filter length', { tickCount: 5 }),
  });
  const finite = loss.map((value) => Math.min(range[1], Number.isFinite(value) ? value : range[1]));
  const look = { size: 60, color: '#d55e00', stroke: '#ffffff', strokeWidth: 0.8, opacity: 1 };
  return {
    width: SIDE,
    height: SIDE,
    layer: [
      ...panelName(name, undefined),
      {
        data: { values: cellsOf(finite, steps, ground) },
        mark: { type: 'rect', clip: true },
        encoding: {
          ...axes('left', 'bottom'),
          x2: { field: 'right' },
          y2: { field: 'top' },
          color: colourOf(range, legend),
        },
      },
      {
        data: { values: linesOf(finite, steps.length, ground) },
        mark: { type: 'rule', color: '#ffffff', strokeWidth: 0.7, opacity: 0.75 },
        encoding: { ...axes('x1', 'y1'), x2: { field: 'x2' }, y2: { field: 'y2' } },
      },
      {
        data: { values: [{ x: 0, y: 0 }] },
        mark: { type: 'point', shape: 'cross', filled: true, ...look },
        encoding: axes('x', 'y'),
      },
    ],
  };
}

/** Wider than half of their places, so that no paper shows between cells. */
const OVERLAP = 1.3;

function cellsOf(loss: readonly number[], steps: readonly number[], { half }: Ground): object[] {
  const n = steps.length;
  return loss.map((value, i) => {
    const [x, y] = [steps[i % n] ?? 0, steps[Math.floor(i / n)] ?? 0];
    return {
      left: x - half,
      right: x + half * OVERLAP,
      bottom: y - half,
      top: y + half * OVERLAP,
      loss: value,
    };
  });
}

/** At equal ratios of the loss. */
function linesOf(loss: readonly number[], n: number, { from, to, range: [low, high] }: Ground): object[] {
  const place = (index: number): number => from + (index * (to - from)) / (n - 1);
  const logs = loss.map(Math.log);
  const step = Math.log(high / low) / (LEVELS + 1);
  const heights = Array.from({ length: LEVELS }, (_, i) => Math.log(low) + (i + 1) * step);
  return heights.flatMap((height) =>
    contour(logs, n, height).map(({ x1, y1, x2, y2 }) => {
      return { x1: place(x1), y1: place(y1), x2: place(x2), y2: place(y2) };
    }),
  );
}

function colourOf(range: readonly [number, number], legend: boolean): Spec {
  const ticks = { format: '~g', values: logTicks(range) };
  return {
    field: 'loss',
    type: 'quantitative',
    scale: { type: 'log', domain: range, scheme: 'cividis', reverse: true },
    legend: legend ? { title: 'loss, nats', orient: 'right', gradientLength: SIDE - 30, ...ticks } : null,
  };
}
