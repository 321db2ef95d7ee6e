/** Lines of equal height on a grid, by marching squares. */

export interface Segment {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/**
 * @param heights row-major [rows × columns]
 * @returns segments in places of the grid: column and row, from 0
 */
export function contour(heights: readonly number[], columns: number, height: number): Segment[] {
  const rows = heights.length / columns;
  const segments: Segment[] = [];
  const h = (row: number, column: number): number => (heights[row * columns + column] as number) - height;
  for (let r = 0; r + 1 < rows; r++) {
    for (let c = 0; c + 1 < columns; c++) {
      const corners = [
        [c, r, h(r, c)],
        [c + 1, r, h(r, c + 1)],
        [c + 1, r + 1, h(r + 1, c + 1)],
        [c, r + 1, h(r + 1, c)],
      ] as const;
      const crossings = corners.flatMap(([x, y, value], i) => {
        const [u, w, next] = corners[(i + 1) % 4] ?? corners[0];
        if (value < 0 === next < 0) return [];
        const part = value / (value - next);
        return [{ x: x + part * (u - x), y: y + part * (w - y) }];
      });
      for (let i = 0; i + 1 < crossings.length; i += 2) {
        const [a, b] = [crossings[i], crossings[i + 1]];
        if (a !== undefined && b !== undefined) segments.push({ x1: a.x, y1: a.y, x2: b.x, y2: b.y });
      }
    }
  }
  return segments;
}
