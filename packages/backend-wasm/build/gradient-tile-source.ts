/** Tiles of the filter gradient: 6 or 4 neighbouring patch values × one panel of output channels, pixels the inner loop. */
import type { Shape } from './tile-text.ts';
import {
  choose,
  clearSums,
  evenly,
  grid,
  lines,
  multiply,
  namesOf,
  range,
  sum,
  unrolled,
} from './tile-text.ts';

const offset = (r: number): number => 4 * r;

/** Adds the tile to the gradient: all reads before all writes, so that V8 can join the vectors. */
function addFull(shape: Shape): string {
  return `${lines(shape.rows, (r) => `const y${r} = ${evenly('out', 'outStep', r)};`)}
${grid(shape, (r, v) => `${sum(r, v)} = f32x4.add(${sum(r, v)}, v128.load(y${r}, ${16 * v}));`)}
${grid(shape, (r, v) => `v128.store(y${r}, ${sum(r, v)}, ${16 * v});`)}`;
}

/** The same for fewer rows or channels than the tile has. */
function addPart(shape: Shape): string {
  const row = (r: number): string => `if (rows > ${r}) {
const y = ${evenly('out', 'outStep', r)};
${lines(shape.vectors, (v) => {
  const address = `y + ${16 * v}, left - ${4 * v}`;
  return `storeLanes<f32>(y + ${16 * v}, f32x4.add(loadLanes<f32>(${address}), ${sum(r, v)}), left - ${4 * v});`;
})}
}`;
  return lines(shape.rows, row);
}

interface Way {
  readonly parameters: string;
  /** The text of some steps over pixels: values at `a`, dy at `g`. */
  loop(shape: Shape): string;
}

const step = (shape: Shape, a: string, g: string): string =>
  multiply(
    shape,
    (r) => `${a}, ${offset(r)}`,
    (v) => `${g}, ${16 * v}`,
  );

/** Steps at fixed distances. */
const along = (shape: Shape, count: string, a: string, g: string): string =>
  unrolled(count, (steps) =>
    range(steps)
      .map(() => `${step(shape, a, g)}\n${a} += sourceStep;\n${g} += dyStep;`)
      .join('\n'),
  );

/** Lines of pixels, the first of each from a table of (source, dy) byte offsets. */
const table: Way = {
  parameters: `source: usize, dy: usize, pixel: usize, count: i32, line: i32, sourceStep: usize, dyStep: usize,
  out: usize, outStep: usize, rows: i32, left: i32`,
  loop: (shape) => `for (let rest = count; rest > 0; rest -= line) {
let a = source + load<i32>(pixel), g = dy + load<i32>(pixel, 4);
pixel += <usize>line << 3;
${along(shape, 'min(line, rest)', 'a', 'g')}
}`,
};

/** Winograd's tiles, at fixed distances. */
const strided: Way = {
  parameters: `source: usize, dy: usize, sourceStep: usize, dyStep: usize, count: i32, out: usize, outStep: usize,
  rows: i32, left: i32`,
  loop: (shape) => along(shape, 'count', 'source', 'dy'),
};

function gradientTile(name: string, way: Way, shape: Shape, partial: boolean): string {
  return `
function ${name}(${way.parameters}): void {
${clearSums(shape)}
${way.loop(shape)}
${partial ? addPart(shape) : addFull(shape)}
}
`;
}

/** Tiles of 6 rows and of 4, and one that drops what is past the rows or channels. */
function tilesOf(name: string, way: Way, wide: boolean): string {
  const sizes = [...(wide ? [{ vectors: 4, when: 'left >= 16' }] : []), { vectors: 2, when: 'left >= 8' }];
  const tiles = sizes.flatMap(({ vectors, when }) => [
    ...[6, 4].map((rows) => ({
      tile: `${name}${rows}x${4 * vectors}`,
      shape: { rows, vectors },
      partial: false,
      when: `${when} && rows == ${rows}`,
    })),
    { tile: `${name}Part${4 * vectors}`, shape: { rows: 6, vectors }, partial: true, when },
  ]);
  const last = tiles.findLastIndex(({ partial }) => partial);
  return [
    ...tiles.map(({ tile, shape, partial }) => gradientTile(tile, way, shape, partial)),
    choose(
      name,
      way.parameters,
      tiles.map(({ tile, when }, i) => ({
        call: `${tile}(${namesOf(way.parameters)})`,
        ...(i !== last && { when }),
      })),
    ),
  ].join('\n');
}

export function gradientTileSource(wide: boolean): string {
  return `/** Rows of the next tile, \`left\` being still to come: 16 are 6 + 6 + 4, 32 are 4 · 6 + 4 + 4. */
// @ts-ignore: decorator
@inline
export function gradientRows(left: i32): i32 {
return left == 4 || left == 8 ? 4 : 6;
}
${tilesOf('gradientTile', table, wide)}\n${tilesOf('pointGradientTile', strided, wide)}`;
}
