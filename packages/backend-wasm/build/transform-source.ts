/**
 * Winograd's transforms M·d·Mᵀ of small squares of vectors, all five from one text: a matrix is a list of formulas, which
 * is applied to every row of the square and then to every column. The wide build takes two neighbouring vectors at a
 * time, so that V8 can join them.
 */
import { lines, range } from './tile-text.ts';

interface Transform {
  readonly name: string;
  /** Values of a line before and after. */
  readonly from: number;
  readonly to: number;
  /** Common terms, then the results; `d0`, `d1`, … are the values. */
  readonly terms: readonly (readonly [name: string, formula: string])[];
  readonly results: readonly string[];
}

const transforms: readonly Transform[] = [
  {
    name: 'inputPoints',
    from: 6,
    to: 6,
    terms: [
      ['even', 'madd(d2, splat(-4), d4)'],
      ['odd', 'madd(d1, splat(-4), d3)'],
      ['near', 'sub(d4, d2)'],
      ['far', 'mul(sub(d3, d1), splat(2))'],
    ],
    results: [
      'madd(d0, splat(4), madd(d2, splat(-5), d4))',
      'add(even, odd)',
      'sub(even, odd)',
      'add(near, far)',
      'sub(near, far)',
      'madd(d1, splat(4), madd(d3, splat(-5), d5))',
    ],
  },
  {
    name: 'outputPixels',
    from: 6,
    to: 4,
    terms: [
      ['a', 'add(d1, d2)'],
      ['b', 'sub(d1, d2)'],
      ['c', 'add(d3, d4)'],
      ['d', 'sub(d3, d4)'],
    ],
    results: [
      'add(add(d0, a), c)',
      'madd(d, splat(2), b)',
      'madd(c, splat(4), a)',
      'add(madd(d, splat(8), b), d5)',
    ],
  },
  {
    name: 'gradientPoints',
    from: 4,
    to: 6,
    terms: [
      ['even', 'add(d0, d2)'],
      ['odd', 'add(d1, d3)'],
      ['far', 'madd(d2, splat(4), d0)'],
      ['wide', 'mul(madd(d3, splat(4), d1), splat(2))'],
    ],
    results: ['d0', 'add(even, odd)', 'sub(even, odd)', 'add(far, wide)', 'sub(far, wide)', 'd3'],
  },
  {
    name: 'filterPoints',
    from: 3,
    to: 6,
    terms: [
      ['sum', 'mul(add(d0, d2), splat(-1.0 / 6))'],
      ['middle', 'mul(d1, splat(1.0 / 6))'],
      ['outer', 'madd(d0, splat(1.0 / 24), mul(d2, splat(1.0 / 6)))'],
      ['twelfth', 'mul(d1, splat(1.0 / 12))'],
    ],
    results: [
      'mul(d0, splat(0.25))',
      'sub(sum, middle)',
      'add(sum, middle)',
      'add(outer, twelfth)',
      'sub(outer, twelfth)',
      'd2',
    ],
  },
  {
    name: 'filterTaps',
    from: 6,
    to: 3,
    terms: [
      ['near', 'mul(add(d1, d2), splat(-1.0 / 6))'],
      ['far', 'add(d3, d4)'],
      ['slope', 'mul(sub(d2, d1), splat(1.0 / 6))'],
    ],
    results: [
      'madd(far, splat(1.0 / 24), madd(d0, splat(0.25), near))',
      'madd(sub(d3, d4), splat(1.0 / 12), slope)',
      'add(madd(far, splat(1.0 / 6), near), d5)',
    ],
  },
];

/** Numbers of a transform's formulas, each once. */
const numbersOf = (t: Transform): readonly string[] => [
  ...new Set(
    [...t.terms.map(([, formula]) => formula), ...t.results].flatMap((formula) =>
      [...formula.matchAll(/splat\(([^)]*)\)/g)].map(([, number]) => String(number)),
    ),
  ),
];

/** A formula for vector `v`: numbers get the name of their vector, names the vector's number, operations their prefix. */
const formulaOf = (formula: string, v: number, numbers: readonly string[]): string =>
  formula
    .replaceAll(/splat\(([^)]*)\)/g, (_all, number: string) => `NUMBER${numbers.indexOf(number)}`)
    .replaceAll(/\b[a-z]\w*\b(?!\()/g, (name) => `${name}_${v}`)
    .replaceAll(/\b(add|sub|mul)\(/g, 'f32x4.$1(')
    .replaceAll('NUMBER', 'number');

/** Where vector `v` of value `i` of a line lies. */
type Place = (i: number, v: number) => readonly [address: string, offset: number];

/** Addresses `base0`, `base1`, … at a distance that is known when it runs, and their text. */
function apart(base: string, first: string, step: string, count: number): { place: Place; text: string } {
  return {
    place: (i, v) => [`${base}${i}`, 16 * v],
    text: lines(count, (i) => `const ${base}${i} = ${i === 0 ? first : `${base}${i - 1} + ${step}`};`),
  };
}

/** In the scratch, where distances are fixed and the instruction holds them. */
const scratch =
  (first: number, step: number): Place =>
  (i, v) => ['work', first + i * step + 16 * v];

/** One line: all reads before all writes. `after` is what is done to the results `q<i>_<vector>`. */
function line(t: Transform, vectors: number, from: Place, to: Place, after: string): string {
  const numbers = numbersOf(t);
  const each = (text: (v: number) => string): string => lines(vectors, text);
  const read = (i: number, v: number): string => `const d${i}_${v} = v128.load(${from(i, v).join(', ')});`;
  const write = (i: number, v: number): string => {
    const [address, offset] = to(i, v);
    return `v128.store(${address}, q${i}_${v}, ${offset});`;
  };
  return `${lines(t.from, (i) => each((v) => read(i, v)))}
${t.terms.map(([name, formula]) => each((v) => `const ${name}_${v} = ${formulaOf(formula, v, numbers)};`)).join('\n')}
${t.results.map((formula, i) => each((v) => `let q${i}_${v} = ${formulaOf(formula, v, numbers)};`)).join('\n')}
${after}
${lines(t.to, (i) => each((v) => write(i, v)))}`;
}

function epilogue(t: Transform, vectors: number): string {
  const each = (text: (i: number, v: number) => string): string =>
    lines(t.to, (i) => lines(vectors, (v) => text(i, v)));
  return `if (bias != 0) {
${lines(vectors, (v) => `const bias${v} = v128.load(bias + c, ${16 * v});`)}
${each((i, v) => `q${i}_${v} = f32x4.add(q${i}_${v}, bias${v});`)}
}
if (residual != 0) {
${each((i, v) => `q${i}_${v} = f32x4.add(q${i}_${v}, v128.load(to${i} + shift, ${16 * v}));`)}
}
${each((i, v) => `q${i}_${v} = f32x4.pmin(f32x4.pmax(q${i}_${v}, floor), ceiling);`)}`;
}

/** Both directions for some vectors from byte `c` of a point on: rows into the scratch, its columns out of it. */
function square(t: Transform, vectors: number, fused: boolean): string {
  const unit = 16 * vectors;
  const row = (i: number): string => {
    const from = apart('from', 'rowFrom', 'sourceColumn', t.from);
    return `{
${from.text}
${line(t, vectors, from.place, scratch(i * t.to * unit, unit), '')}
rowFrom += sourceRow;
}`;
  };
  const column = (i: number): string => {
    const to = apart('to', 'columnTo', 'targetRow', t.to);
    return `{
${to.text}
${line(t, vectors, scratch(i * unit, t.to * unit), to.place, fused ? epilogue(t, vectors) : '')}
columnTo += targetColumn;
}`;
  };
  return `let rowFrom = source + c, columnTo = target + c;
${lines(t.from, row)}
${lines(t.to, column)}`;
}

/** V8 makes a constant vector anew at each use, in three instructions; what was loaded stays in its register. */
function loadNumbers(t: Transform): string {
  return numbersOf(t)
    .map(
      (number, i) => `store<f32>(work, ${number}, numbers + ${4 * i});
const number${i} = v128.load32_splat(work, numbers + ${4 * i});`,
    )
    .join('\n');
}

function transformOf(t: Transform, wide: boolean, fused: boolean): string {
  const more = fused ? ', bias: usize, residual: usize, activation: i32' : '';
  return `
/** Distances and \`bytes\`, the size of a point (a multiple of 16), are bytes. @param work scratch, \`transformBytes\` */
export function ${t.name}${fused ? 'Fused' : ''}(
source: usize, sourceRow: usize, sourceColumn: usize, target: usize, targetRow: usize, targetColumn: usize,
bytes: usize, work: usize${more}): void {
${fused ? 'const floor = activationFloor(activation), ceiling = activationCeiling(activation), shift = residual - target;' : ''}
${loadNumbers(t)}
let c: usize = 0;
${wide ? `for (; c + 32 <= bytes; c += 32) {\n${square(t, 2, fused)}\n}` : ''}
for (; c < bytes; c += 16) {
${square(t, 1, fused)}
}
}
`;
}

export function transformSource(wide: boolean): string {
  return `/** Where a transform keeps its numbers: behind 6×6 points of two vectors. */
const numbers: usize = 1152;
/** Scratch of a transform in bytes. */
export const transformBytes: i32 = 1216;
${range(transforms.length)
  .map((i) => transformOf(transforms[i] as Transform, wide, false))
  .join('\n')}
${transforms
  .filter(({ name }) => name === 'outputPixels')
  .map((t) => transformOf(t, wide, true))
  .join('\n')}`;
}
