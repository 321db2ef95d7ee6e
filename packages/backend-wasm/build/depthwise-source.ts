/**
 * Depthwise 3×3: a line of output pixels, some vectors of channels at a time, with the nine weights in registers. Every
 * column of the source is read once and adds to the pixels that it touches; and the filter gradient with nine sums in
 * registers.
 */
import { choose, lines, namesOf, range } from './tile-text.ts';

const three = [0, 1, 2] as const;

/** Loads of a vector, whole or of the `left` channels that are there. */
const load = (address: string, v: number, part: boolean): string =>
  part ? `loadLanes<f32>(${address}, left)` : `v128.load(${address}, ${16 * v})`;

const parameters = `r0: usize, r1: usize, r2: usize, target: usize, pixels: i32, pixel: usize, targetStep: usize,
  filter: usize, taps: usize, bias: usize, residual: usize, activation: i32, fused: bool, left: i32`;

/** Adds a column's three rows to a sum: `base` + Σ row · weight. */
const column = (sum: string, tap: number, v: number): string =>
  three.reduce((chain, row) => `madd(x${row}_${v}, w${3 * row + tap}_${v}, ${chain})`, sum);

function readColumn(vectors: number, part: boolean): string {
  return `${lines(3, (row) => lines(vectors, (v) => `const x${row}_${v} = ${load(`r${row}`, v, part)};`))}
${lines(3, (row) => `r${row} += pixel;`)}`;
}

/** Writes `y_<v>`; a residual may be the target itself, since each value is read before it is written. */
function storePixel(vectors: number, part: boolean): string {
  const store = (v: number): string =>
    part ? `storeLanes<f32>(target, y_${v}, left);` : `v128.store(target, y_${v}, ${16 * v});`;
  return `if (fused) {
if (bias != 0) {
${lines(vectors, (v) => `y_${v} = f32x4.add(y_${v}, ${load('bias', v, part)});`)}
}
if (residual != 0) {
${lines(vectors, (v) => `y_${v} = f32x4.add(y_${v}, ${load('residual', v, part)});`)}
residual += targetStep;
}
${lines(vectors, (v) => `y_${v} = f32x4.pmin(f32x4.pmax(y_${v}, floor), ceiling);`)}
}
${lines(vectors, store)}
target += targetStep;`;
}

/** Pixels one apart share two columns, pixels two apart one. */
function loop(stride: number, vectors: number, part: boolean): string {
  const each = (text: (v: number) => string): string => lines(vectors, text);
  const zero = 'f32x4.splat(0)';
  const first = `{
${readColumn(vectors, part)}
${each((v) => `a_${v} = ${column(zero, 0, v)};`)}
}`;
  if (stride === 2)
    return `${each((v) => `let a_${v} = ${zero};`)}
${first}
for (let i = 0; i < pixels; i++) {
{
${readColumn(vectors, part)}
${each((v) => `a_${v} = ${column(`a_${v}`, 1, v)};`)}
}
${readColumn(vectors, part)}
${each((v) => `let y_${v} = ${column(`a_${v}`, 2, v)};`)}
${each((v) => `a_${v} = ${column(zero, 0, v)};`)}
${storePixel(vectors, part)}
}`;
  return `${each((v) => `let a_${v} = ${zero}, b_${v} = ${zero};`)}
${first}
{
${readColumn(vectors, part)}
${each((v) => `a_${v} = ${column(`a_${v}`, 1, v)};`)}
${each((v) => `b_${v} = ${column(zero, 0, v)};`)}
}
for (let i = 0; i < pixels; i++) {
${readColumn(vectors, part)}
${each((v) => `let y_${v} = ${column(`a_${v}`, 2, v)};`)}
${each((v) => `a_${v} = ${column(`b_${v}`, 1, v)};`)}
${each((v) => `b_${v} = ${column(zero, 0, v)};`)}
${storePixel(vectors, part)}
}`;
}

function lineTile(stride: number, vectors: number, part: boolean): string {
  return `
function depthwiseLine${stride}${part ? 'Part' : `x${4 * vectors}`}(${parameters}): void {
${lines(9, (t) => `const t${t} = filter + load<i32>(taps, ${8 * t + 4});`)}
${lines(9, (t) => lines(vectors, (v) => `const w${t}_${v} = ${load(`t${t}`, v, part)};`))}
const floor = activationFloor(activation), ceiling = activationCeiling(activation);
${loop(stride, vectors, part)}
}
`;
}

const gradientParameters = `r0: usize, r1: usize, r2: usize, dy: usize, pixels: usize, count: i32, pixel: usize,
  out: usize, row: usize, left: i32`;

/** Nine sums over pixels, added to the gradient at the end. */
function gradientTile(vectors: number, part: boolean): string {
  const taps = range(9);
  const place = (t: number): string => `o${t}`;
  const tapLoad = (t: number, v: number): string => load(`x${Math.floor(t / 3)}_${t % 3}`, v, false);
  const grid = (text: (t: number, v: number) => string): string =>
    taps.map((t) => lines(vectors, (v) => text(t, v))).join('\n');
  const store = (t: number, v: number): string =>
    part
      ? `storeLanes<f32>(${place(t)}, s${t}_${v}, left);`
      : `v128.store(${place(t)}, s${t}_${v}, ${16 * v});`;
  return `
function depthwiseGradient${part ? 'Part' : 4 * vectors}(${gradientParameters}): void {
${grid((t, v) => `let s${t}_${v} = f32x4.splat(0);`)}
for (const end = pixels + (<usize>count << 3); pixels < end; pixels += 8) {
const at = load<i32>(pixels), g = dy + load<i32>(pixels, 4);
${lines(vectors, (v) => `const g_${v} = v128.load(g, ${16 * v});`)}
${lines(3, (r) => `const x${r}_0 = r${r} + at, x${r}_1 = x${r}_0 + pixel, x${r}_2 = x${r}_1 + pixel;`)}
${grid((t, v) => `s${t}_${v} = madd(${tapLoad(t, v)}, g_${v}, s${t}_${v});`)}
}
${taps.map((t) => `const o${t} = ${t === 0 ? 'out' : `o${t - 1} + row`};`).join('\n')}
${grid((t, v) => `s${t}_${v} = f32x4.add(s${t}_${v}, ${load(place(t), v, part)});`)}
${grid(store)}
}
`;
}

export function depthwiseSource(wide: boolean): string {
  const sizes = wide ? [8, 4] : [4];
  const calls = (tile: (size: string) => string, list: string) => [
    ...sizes.map((size) => ({ when: `left >= ${size}`, call: `${tile(`${size}`)}(${namesOf(list)})` })),
    { call: `${tile('Part')}(${namesOf(list)})` },
  ];
  const name = (stride: number) => (size: string) =>
    `depthwiseLine${stride}${size === 'Part' ? size : `x${size}`}`;
  return [
    ...[1, 2].flatMap((stride) => [
      ...sizes.map((size) => lineTile(stride, size / 4, false)),
      lineTile(stride, 1, true),
      choose(`depthwiseLine${stride}`, parameters, calls(name(stride), parameters)),
    ]),
    ...sizes.map((size) => gradientTile(size / 4, false)),
    gradientTile(1, true),
    choose(
      'depthwiseGradient',
      gradientParameters,
      calls((size) => `depthwiseGradient${size}`, gradientParameters),
    ),
    `/** Channels that the two take at once, \`left\` being still to come. */
// @ts-ignore: decorator
@inline
export function depthwiseChannels(left: i32): i32 {
return ${wide ? 'left >= 8 ? 8 : 4' : '4'};
}`,
  ].join('\n');
}
