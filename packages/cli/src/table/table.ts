/** The results table as text. Every number in it stands in `summary.ts`. */
import { count, elapsed, scaled } from '../terminal/format.ts';
import { spell } from '../terminal/style.ts';
import { anchorsText } from './anchors-text.ts';
import { type Column, layOut } from './layout.ts';
import { fill, notes } from './notes.ts';
import type { StudyResult } from './result.ts';
import type { Estimate, Spread } from './statistics.ts';
import { type ConditionSummary, type StudySummary, summarise } from './summary.ts';

/** @param view columns and signs of the terminal */
export function resultTable(
  result: StudyResult,
  view: { readonly width: number; readonly unicode: boolean },
): string[] {
  const summary = summarise(result);
  const style = { unicode: view.unicode, colour: false };
  const spelled = (column: Column): Column => ({
    ...column,
    header: spell(column.header, style),
    cells: column.cells.map((cell) => spell(cell, style)),
  });
  const [first, ...rest] = columnsOf(summary, result).map(spelled);
  const table = first === undefined ? [] : layOut(first, rest, view.width);
  const sentences = notes(summary, result).map((text) => spell(text, style));
  return [...table, ...sentences.flatMap((text) => fill(text, view.width))];
}

function columnsOf({ teachers, conditions }: StudySummary, result: StudyResult): Column[] {
  const most = Math.max(0, ...conditions.map((c) => c.n));
  const column = (
    header: string,
    unit: string,
    ofTeacher: (teacher: (typeof teachers)[number]) => string,
    ofCondition: (condition: ConditionSummary) => string,
    align: Column['align'] = 'right',
  ): Column => ({
    header,
    unit,
    align,
    cells: [...teachers.map(ofTeacher), ...conditions.map(ofCondition)],
  });
  const none = (): string => '';
  const name = (c: ConditionSummary): string => (c.n === most ? c.name : `${c.name} (n=${c.n})`);
  return [
    column('', '', (t) => `teacher ${t.model}`, name, 'left'),
    column('anchors', 'epochs', () => '–', (c) => anchorsText(c.anchors), 'left'),
    percentColumn('test top-1', [...teachers.map((t) => t.accuracy), ...conditions.map((c) => c.last)]),
    differenceColumn('vs control', teachers.length, conditions.map((c) => c.vsControl)),
    differenceColumn(`vs ${result.baseline}`, teachers.length, conditions.map((c) => c.vsBaseline)),
    column('cost', '', none, (c) => (c.cost === undefined ? '' : `×${c.cost.toFixed(1)}`)),
    percentColumn('at best val', [...teachers.map(() => undefined), ...conditions.map((c) => c.best)]),
    column('epochs', '', (t) => short(t.epochs), (c) => mapped(c.studentEpochs, short)),
    column('mult-adds', '', (t) => scaled(t.multiplyAdds), (c) => mapped(c.multiplyAdds, scaled)),
    column('time', 'a run', (t) => elapsed(t.wallSeconds), (c) => mapped(c.wallSeconds, elapsed)),
    column('KL to teacher', 'nats', none, (c) => mapped(c.divergence?.mean, (v) => v.toFixed(3))),
  ];
}

/** `68.3 ± 0.5`, with the signs below each other. */
function percentColumn(header: string, cells: readonly (Spread | undefined)[]): Column {
  const means = cells.map((cell) => (cell === undefined ? '' : (cell.mean * 100).toFixed(1)));
  const spreads = cells.map((cell) => (cell?.sd === undefined ? '' : `± ${(cell.sd * 100).toFixed(1)}`));
  return { header, unit: '%', align: 'left', cells: joinAligned(means, spreads) };
}

/** `+0.3 [−0.6, 1.2]` in points, with everything below each other. */
function differenceColumn(
  header: string,
  rowsAbove: number,
  estimates: readonly (Estimate | undefined)[],
): Column {
  const means = estimates.map((e) => (e === undefined ? '' : points(e.mean, true)));
  const ends = (pick: (mean: number, half: number) => number): string[] =>
    padStart(estimates.map((e) => (e?.halfWidth === undefined ? '' : points(pick(e.mean, e.halfWidth), false))));
  const [low, high] = [ends((m, h) => m - h), ends((m, h) => m + h)];
  const intervals = estimates.map((e, i) => (e?.halfWidth === undefined ? '' : `[${low[i]}, ${high[i]}]`));
  const above = Array.from({ length: rowsAbove }, () => '');
  return { header, unit: 'points', align: 'left', cells: [...above, ...joinAligned(means, intervals)] };
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
