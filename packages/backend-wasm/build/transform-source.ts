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

/** A formula for vector `v`: names get the vector's number, operations their prefix. */
const formulaOf = (formula: string, v: number): string =>
  formula.replaceAll(/\b(add|sub|mul|splat)\(|\b(madd)\(|\b([a-z]\w*)\b/g, (_all, op, madd, name) =>
    op !== undefined ? `f32x4.${op}(` : madd !== undefined ? 'madd(' : `${name}_${v}`,
  );

/** One line: all reads before all writes. */
function line(t: Transform, vectors: number, step: string, stride: string, fused: boolean): string {
  const each = (text: (v: number) => string): string => lines(vectors, text);
  const steps = (base: string, by: string, count: number): string =>
    lines(count - 1, (i) => `const ${base}${i + 1} = ${i === 0 ? base : base + i} + ${by};`);
  const place = (base: string, i: number): string => (i === 0 ? base : base + i);
  return `${steps('from', step, t.from)}
${lines(t.from, (i) => each((v) => `const d${i}_${v} = v128.load(${place('from', i)}, ${16 * v});`))}
${t.terms.map(([name, formula]) => each((v) => `const ${name}_${v} = ${formulaOf(formula, v)};`)).join('\n')}
${t.results.map((formula, i) => each((v) => `let q${i}_${v} = ${formulaOf(formula, v)};`)).join('\n')}
${steps('to', stride, t.to)}
${fused ? epilogue(t, vectors, stride) : ''}
${lines(t.to, (i) => each((v) => `v128.store(${place('to', i)}, q${i}_${v}, ${16 * v});`))}`;
}

function epilogue(t: Transform, vectors: number, stride: string): string {
  const each = (text: (i: number, v: number) => string): string =>
    lines(t.to, (i) => lines(vectors, (v) => text(i, v)));
  return `if (bias != 0) {
${lines(vectors, (v) => `const bias${v} = v128.load(bias + c, ${16 * v});`)}
${each((i, v) => `q${i}_${v} = f32x4.add(q${i}_${v}, bias${v});`)}
}
if (residual != 0) {
const more = to + shift;
${each((i, v) => `q${i}_${v} = f32x4.add(q${i}_${v}, v128.load(more + ${i} * ${stride}, ${16 * v}));`)}
}
${each((i, v) => `q${i}_${v} = f32x4.pmin(f32x4.pmax(q${i}_${v}, floor), ceiling);`)}`;
}

/** Both directions for some vectors from byte `c` of a point on. */
function square(t: Transform, vectors: number, fused: boolean): string {
  const unit = 16 * vectors;
  return `for (let i = 0, from = source + c, to = work; i < ${t.from}; i++, from += sourceRow, to += ${t.to * unit}) {
${line(t, vectors, 'sourceColumn', `${unit}`, false)}
}
for (let i = 0, from = work, to = target + c; i < ${t.to}; i++, from += ${unit}, to += targetColumn) {
${line(t, vectors, `${t.to * unit}`, 'targetRow', fused)}
}`;
}

function transformOf(t: Transform, wide: boolean, fused: boolean): string {
  const more = fused ? ', bias: usize, residual: usize, activation: i32' : '';
  return `
/** Distances and \`bytes\`, the size of a point (a multiple of 16), are bytes. @param work scratch, \`transformBytes\` */
export function ${t.name}${fused ? 'Fused' : ''}(
source: usize, sourceRow: usize, sourceColumn: usize, target: usize, targetRow: usize, targetColumn: usize,
bytes: usize, work: usize${more}): void {
${fused ? 'const floor = activationFloor(activation), ceiling = activationCeiling(activation), shift = residual - target;' : ''}
let c: usize = 0;
${wide ? `for (; c + 32 <= bytes; c += 32) {\n${square(t, 2, fused)}\n}` : ''}
for (; c < bytes; c += 16) {
${square(t, 1, fused)}
}
}
`;
}

export function transformSource(wide: boolean): string {
  return `/** Scratch of a transform in bytes: 6×6 points of two vectors. */
export const transformBytes: i32 = 1152;
${range(transforms.length)
  .map((i) => transformOf(transforms[i] as Transform, wide, false))
  .join('\n')}
${transforms
  .filter(({ name }) => name === 'outputPixels')
  .map((t) => transformOf(t, wide, true))
  .join('\n')}`;
}
