/** The columns of a comparison: what was found, how sure it is, what it cost. Columns without a value are left out later. */
import {
  digitsOf,
  FEWEST_SEEDS,
  type JudgedContrast,
  metricInfo,
  minus,
  pText,
  shown,
  signed,
} from '@cairn/report';
import type { Column } from './layout.ts';

export function contrastColumns(contrasts: readonly JudgedContrast[]): Column[] {
  const right = (header: string, cell: (contrast: JudgedContrast) => string | undefined): Column => ({
    header,
    unit: '',
    align: 'right',
    cells: contrasts.map((contrast) => cell(contrast) ?? ''),
  });
  const left = (...column: Parameters<typeof right>): Column => ({ ...right(...column), align: 'left' });
  const interval = (header: string, pick: (c: JudgedContrast) => Ends | undefined): Column =>
    intervalColumn(header, contrasts, pick);
  const value = (header: string, pick: (c: JudgedContrast) => number | undefined): Column =>
    right(header, (c) => amount(pick(c), c.metric));
  const p = (header: string, pick: (c: JudgedContrast) => number | undefined): Column =>
    right(header, (c) => mapped(pick(c), pText));
  // Where nothing can be concluded a sentence says so, and which p would be the least.
  const enough = contrasts.some((c) => c.n >= FEWEST_SEEDS);
  return [
    left('', nameOf),
    right('difference', (c) => signed(c.difference.mean, c.metric)),
    interval('95 % t', (c) => c.t),
    left('finding', (c) => (enough ? c.verdict.text : undefined)),
    interval('images', (c) => c.images),
    interval('Welch', (c) => c.welch),
    right('r', (c) => mapped(c.correlation, (r) => minus(r, 2))),
    right('n', (c) => String(c.n)),
    p('least p', (c) => (enough ? c.smallestP : undefined)),
    p('p signs', (c) => c.signFlip?.p),
    p('p t', (c) => (c.n >= FEWEST_SEEDS ? c.t?.p : undefined)),
    p('Holm', (c) => c.holm),
    interval('bootstrap', (c) => c.bootstrap),
    interval('seeds × images', (c) => c.images?.both),
    value('margin', (c) => c.margin),
    p('TOST p', (c) => c.equivalence?.p),
    value('seen from', (c) => c.detectable?.now),
    value('sd route', (c) => c.variance?.route),
    value('sd seed', (c) => c.variance?.seed),
    value('sd rest', (c) => c.variance?.rest),
    interval('over routes', (c) => c.variance?.overRoutes),
    right('cost', (c) => mapped(c.cost, (ratio) => `×${ratio.toFixed(1)}`)),
  ];
}

interface Ends {
  readonly low: number;
  readonly high: number;
}

/** `[−0.20, +0.80]` with both ends below each other. */
function intervalColumn(
  header: string,
  contrasts: readonly JudgedContrast[],
  pick: (contrast: JudgedContrast) => Ends | undefined,
): Column {
  const ends = (end: 'low' | 'high'): string[] => {
    const texts = contrasts.map((c) => {
      const found = pick(c);
      return found === undefined ? '' : signed(found[end], c.metric);
    });
    const width = Math.max(...texts.map((text) => text.length));
    return texts.map((text) => text.padStart(width));
  };
  const [low, high] = [ends('low'), ends('high')];
  const cells = contrasts.map((c, i) => (pick(c) === undefined ? '' : `[${low[i]}, ${high[i]}]`));
  return { header, unit: '', align: 'left', cells };
}

function nameOf({ condition, against, kind }: JudgedContrast): string {
  return `${kind === 'primary' ? '* ' : '  '}${condition} − ${against}`;
}

/** In the unit that is shown. */
export function amount(value: number | undefined, metric: string): string | undefined {
  if (value === undefined) return undefined;
  const info = metricInfo(metric);
  return shown(value, info).toFixed(digitsOf(info));
}

function mapped<T, U>(value: T | undefined, of: (value: T) => U): U | undefined {
  return value === undefined ? undefined : of(value);
}
