/** Columns of text, side by side; in several blocks where they do not fit the width. */
import { spell, type Style } from '../terminal/style.ts';

export interface Column {
  readonly header: string;
  /** Below the header. */
  readonly unit: string;
  readonly align: 'left' | 'right';
  readonly cells: readonly string[];
}

/** The column in signs that the terminal has: some take more columns, so measure after. */
export function spelled(column: Column, style: Style): Column {
  return {
    ...column,
    header: spell(column.header, style),
    cells: column.cells.map((cell) => spell(cell, style)),
  };
}

/** Spaces between columns: the wide one, unless the narrow one saves a block. */
const [WIDE, NARROW] = [3, 2];

/**
 * Packs columns into as few blocks as the width allows; each begins with the first column. A column that is
 * empty from top to bottom is left out.
 */
export function layOut(first: Column, columns: readonly Column[], width: number): string[] {
  const filled = columns.filter((c) => c.cells.some((cell) => cell !== ''));
  const [wide, narrow] = [pack(first, filled, width, WIDE), pack(first, filled, width, NARROW)];
  const [blocks, gap] = narrow.length < wide.length ? [narrow, NARROW] : [wide, WIDE];
  return blocks.flatMap((block, i) => [...(i === 0 ? [] : ['']), ...drawBlock([first, ...block], gap)]);
}

function pack(first: Column, columns: readonly Column[], width: number, gap: number): Column[][] {
  const blocks: Column[][] = [];
  let used = Infinity;
  for (const column of columns) {
    const needed = gap + widthOf(column);
    if (used + needed > width) {
      blocks.push([]);
      used = widthOf(first);
    }
    blocks.at(-1)?.push(column);
    used += needed;
  }
  return blocks;
}

function drawBlock(columns: readonly Column[], gap: number): string[] {
  const rows = columns[0]?.cells.length ?? 0;
  const line = (cell: (column: Column) => string): string =>
    columns
      .map((column) => pad(cell(column), column))
      .join(' '.repeat(gap))
      .trimEnd();
  const units = line((column) => column.unit);
  return [
    line((column) => column.header),
    ...(units === '' ? [] : [units]),
    ...Array.from({ length: rows }, (_, row) => line((column) => column.cells[row] ?? '')),
  ];
}

function widthOf({ header, unit, cells }: Column): number {
  return Math.max(header.length, unit.length, ...cells.map((cell) => cell.length));
}

function pad(text: string, column: Column): string {
  const width = widthOf(column);
  return column.align === 'left' ? text.padEnd(width) : text.padStart(width);
}
