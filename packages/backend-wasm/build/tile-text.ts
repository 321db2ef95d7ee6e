/** Pieces of AssemblyScript that the tiles share. A tile is `rows` × `vectors` accumulators `s<row>_<vector>` of 4 floats. */

export interface Shape {
  readonly rows: number;
  readonly vectors: number;
}

export type Line = (row: number, vector: number) => string;

export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
export const lines = (count: number, line: (i: number) => string): string =>
  range(count).map(line).join('\n');

export const sum: Line = (row, vector) => `s${row}_${vector}`;

/** A line for every accumulator. */
export const grid = ({ rows, vectors }: Shape, line: Line): string =>
  lines(rows, (r) => lines(vectors, (v) => line(r, v)));

export const clearSums = (shape: Shape): string =>
  grid(shape, (r, v) => `let ${sum(r, v)} = f32x4.splat(0);`);

/** Every row's value times the vectors; both are given as the arguments of a load: address, offset. */
export function multiply(shape: Shape, row: (r: number) => string, vector: (v: number) => string): string {
  return `{
${lines(shape.vectors, (v) => `const w${v} = v128.load(${vector(v)});`)}
${lines(
  shape.rows,
  (r) => `const x${r} = v128.load32_splat(${row(r)});
${lines(shape.vectors, (v) => `${sum(r, v)} = madd(x${r}, w${v}, ${sum(r, v)});`)}`,
)}
}`;
}

/** Steps of an inner loop that are written out: 2 save the loop's own work; 4 measured no better. */
const unroll = 2;

/** A loop that runs `count` times over steps; `steps(n)` is the text of n of them. */
export function unrolled(count: string, steps: (n: number) => string): string {
  return `let k = ${count};
for (; k >= ${unroll}; k -= ${unroll}) {\n${steps(unroll)}\n}
for (; k > 0; k--) {\n${steps(1)}\n}`;
}

/** Distances of rows that lie evenly: `base`, `base + step`, … */
export const evenly = (base: string, step: string, row: number): string =>
  row === 0 ? base : `${base} + ${row} * ${step}`;

/** Declarations to arguments: `a: usize, b: i32` to `a, b`. */
export const namesOf = (parameters: string): string => parameters.replaceAll(/: \w+/g, '');

/** One of several functions, called under conditions in turn; the last needs none. `call` is a call's text. */
export function choose(
  name: string,
  parameters: string,
  calls: readonly { readonly when?: string; readonly call: string }[],
): string {
  const chain = calls.map(({ when, call }) => `${when === undefined ? '' : `if (${when}) `}${call};`);
  return `// @ts-ignore: decorator
@inline
export function ${name}(${parameters}): void {
${chain.join('\nelse ')}
}
`;
}
