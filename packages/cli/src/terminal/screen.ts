/** What a terminal shows after some output: enough of one for tests. Lines that are too long are cut off. */
export function screenAfter(output: string, width: number): string[] {
  const lines: string[] = [''];
  let [row, column] = [0, 0];
  // eslint-disable-next-line no-control-regex
  for (const [token, code] of output.matchAll(/\u001b\[([?\d;]*[A-Za-z])|[^]/gu)) {
    if (code !== undefined) {
      const n = Math.max(1, Number.parseInt(code, 10) || 1);
      if (code.endsWith('A')) row = Math.max(0, row - n);
      if (code === 'J') lines.splice(row, Infinity, (lines[row] ?? '').slice(0, column));
    } else if (token === '\n') {
      [row, column] = [row + 1, 0];
      lines[row] ??= '';
    } else if (token === '\r') column = 0;
    else if (column < width) {
      lines[row] =
        (lines[row] ?? '').padEnd(column).slice(0, column) + token + (lines[row] ?? '').slice(column + 1);
      column++;
    }
  }
  return lines;
}
