import { layOut } from '@cairn/cli';

/** A number is shown with three significant digits; undefined is an empty cell. */
export type Cell = string | number | undefined;

export interface Table {
  readonly title: string;
  /** Header and, where it has one, unit of each column. */
  readonly columns: readonly (string | readonly [header: string, unit: string])[];
  /** The first cell names the row. */
  readonly rows: readonly (readonly Cell[])[];
}

/** @param width columns of the terminal; wider tables are broken into blocks */
export function tableLines({ title, columns, rows }: Table, width = 120): string[] {
  const [first, ...rest] = columns.map((column, at) => {
    const [header, unit] = typeof column === 'string' ? [column, ''] : column;
    const align = at === 0 ? ('left' as const) : ('right' as const);
    return { header, unit, align, cells: rows.map((row) => cellText(row[at])) };
  });
  return first === undefined ? [title] : [title, ...layOut(first, rest, width)];
}

export function cellText(cell: Cell): string {
  if (typeof cell !== 'number') return cell ?? '';
  if (!Number.isFinite(cell)) return '–';
  if (Math.abs(cell) >= 100) return cell.toFixed(0);
  return String(Number(cell.toPrecision(3)));
}
