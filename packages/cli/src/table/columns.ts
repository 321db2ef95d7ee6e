/** The columns of the table: a row for each teacher, then one for each condition. */
import type { ConditionSummary, Estimate, Spread, StudySummary, TeacherSummary } from '@cairn/report';
import { count, elapsed, scaled } from '../terminal/format.ts';
import { anchorsText } from './anchors-text.ts';
import type { Column } from './layout.ts';

/** One of the two. */
interface Row {
  readonly teacher?: TeacherSummary;
  readonly condition?: ConditionSummary;
}

/** Names first, then what was found, then what it cost. */
export function columnsOf({ teachers, conditions }: StudySummary, baseline: string): Column[] {
  const rows: Row[] = [
    ...teachers.map((teacher) => ({ teacher })),
    ...conditions.map((condition) => ({ condition })),
  ];
  return [nameColumn(rows), ...findings(rows, baseline), ...costs(rows)];
}

function nameColumn(rows: readonly Row[]): Column {
  const most = Math.max(0, ...rows.map((row) => row.condition?.n ?? 0));
  const name = ({ teacher, condition }: Row): string => {
    if (condition === undefined) return `teacher ${teacher?.model ?? ''}`;
    return condition.n === most ? condition.name : `${condition.name} (n=${condition.n})`;
  };
  return { header: '', unit: '', align: 'left', cells: rows.map(name) };
}

function findings(rows: readonly Row[], baseline: string): Column[] {
  const anchors = ({ condition }: Row): string =>
    condition === undefined ? '–' : anchorsText(condition.anchors);
  const accuracy = rows.map(({ teacher, condition }) => teacher?.accuracy ?? condition?.last);
  const toControl = rows.map(({ condition }) => condition?.vsControl);
  const toBaseline = rows.map(({ condition }) => condition?.vsBaseline);
  return [
    { header: 'anchors', unit: 'epochs', align: 'left', cells: rows.map(anchors) },
    percentColumn('test top-1', accuracy),
    differenceColumn('vs control', toControl),
    differenceColumn(`vs ${baseline}`, toBaseline),
  ];
}

function costs(rows: readonly Row[]): Column[] {
  const column = (header: string, unit: string, cell: (row: Row) => string): Column => ({
    header,
    unit,
    align: 'right',
    cells: rows.map(cell),
  });
  return [
    column('cost', '', ({ condition }) => mapped(condition?.cost, (ratio) => `×${ratio.toFixed(1)}`)),
    percentColumn(
      'at best val',
      rows.map(({ condition }) => condition?.best),
    ),
    column('epochs', '', ({ teacher, condition }) =>
      mapped(teacher?.epochs ?? condition?.studentEpochs, short),
    ),
    column('mult-adds', '', (row) => mapped((row.teacher ?? row.condition)?.multiplyAdds, scaled)),
    column('time', 'a run', (row) => mapped((row.teacher ?? row.condition)?.wallSeconds, elapsed)),
    column('KL to teacher', 'nats', ({ condition }) =>
      mapped(condition?.divergence?.mean, (kl) => kl.toFixed(3)),
    ),
  ];
}

/** `68.3 ± 0.5`, with the signs below each other. */
function percentColumn(header: string, cells: readonly (Spread | undefined)[]): Column {
  const means = cells.map((cell) => (cell === undefined ? '' : (cell.mean * 100).toFixed(1)));
  const spreads = cells.map((cell) => (cell?.sd === undefined ? '' : `± ${(cell.sd * 100).toFixed(1)}`));
  return { header, unit: '%', align: 'left', cells: joinAligned(means, spreads) };
}

/** `+0.3 [−0.6, 1.2]` in points, with everything below each other. */
function differenceColumn(header: string, estimates: readonly (Estimate | undefined)[]): Column {
  const means = estimates.map((e) => (e === undefined ? '' : points(e.mean, true)));
  const ends = (pick: (mean: number, half: number) => number): string[] =>
    padStart(
      estimates.map((e) => (e?.halfWidth === undefined ? '' : points(pick(e.mean, e.halfWidth), false))),
    );
  const [low, high] = [ends((m, h) => m - h), ends((m, h) => m + h)];
  const intervals = estimates.map((e, i) => (e?.halfWidth === undefined ? '' : `[${low[i]}, ${high[i]}]`));
  return { header, unit: 'points', align: 'left', cells: joinAligned(means, intervals) };
}

function joinAligned(left: readonly string[], right: readonly string[]): string[] {
  return padStart(left).map((text, i) => `${text} ${right[i] ?? ''}`.trimEnd());
}

function padStart(cells: readonly string[]): string[] {
  const width = Math.max(0, ...cells.map((cell) => cell.length));
  return cells.map((cell) => (cell === '' ? '' : cell.padStart(width)));
}

/** A share of 1 as points: `+0.3`, `−0.6`, `0.0`. */
function points(value: number, signed: boolean): string {
  const text = Math.abs(value * 100).toFixed(1);
  if (Number(text) === 0) return text;
  if (value < 0) return `−${text}`;
  return signed ? `+${text}` : text;
}

function mapped(value: number | undefined, text: (value: number) => string): string {
  return value === undefined ? '' : text(value);
}

/** `48`, `47.5`, `1,240` */
function short(value: number): string {
  return Number.isInteger(value) || value >= 1000 ? count(value) : value.toFixed(1);
}
