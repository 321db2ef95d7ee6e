/** Tiles of 6 pixels × one panel of output channels: every product of a pixel's patch with the packed filter. */
import type { Shape } from './tile-text.ts';
import { choose, clearSums, evenly, grid, lines, multiply, namesOf, sum, unrolled } from './tile-text.ts';

/** 6 × 2 accumulators, 2 vectors of the panel and a broadcast value fill 15 registers; V8 keeps one for itself. */
const rows = 6;

/** Adds the products of `run` values that lie side by side. */
function productsOfRun(shape: Shape): string {
  return unrolled(
    'run',
    (steps) => `${lines(steps, (k) =>
      multiply(
        shape,
        (r) => `a${r}, ${4 * k}`,
        (v) => `weights, ${16 * (k * shape.vectors + v)}`,
      ),
    )}
${lines(rows, (r) => `a${r} += ${4 * steps};`)}
weights += ${16 * steps * shape.vectors};`,
  );
}

const plainParameters = `source: usize, target: usize, filter: usize, taps: usize, tapCount: i32, run: i32, first: usize,
  end: usize, last: usize`;
const parameters = `${plainParameters}, left: i32, bias: usize, residual: usize, activation: i32`;

/** Plain, with an epilogue, or with an epilogue and fewer channels than a panel. */
type Kind = 'Plain' | 'Fused' | 'Part';

const store = (kind: Kind, r: number, v: number): string => {
  const value = `f32x4.pmin(f32x4.pmax(${sum(r, v)}, floor), ceiling)`;
  if (kind === 'Part') return `storeLanes<f32>(y${r} + ${16 * v}, ${value}, left - ${4 * v});`;
  return `v128.store(y${r}, ${kind === 'Plain' ? sum(r, v) : value}, ${16 * v});`;
};

/** Sums begin at bias and residual. */
function begin(shape: Shape, kind: Kind): string {
  if (kind === 'Plain') return clearSums(shape);
  const from = (base: string, v: number): string =>
    kind === 'Part'
      ? `loadLanes<f32>(${base} + ${16 * v}, left - ${4 * v})`
      : `v128.load(${base}, ${16 * v})`;
  return `${clearSums(shape)}
if (bias != 0) {
${lines(shape.vectors, (v) => `const b${v} = ${from('bias', v)};`)}
${grid(shape, (r, v) => `${sum(r, v)} = b${v};`)}
}
if (residual != 0) {
${lines(rows, (r) => `const r${r} = residual + load<i32>(e${r}, 4);`)}
${grid(shape, (r, v) => `${sum(r, v)} = f32x4.add(${sum(r, v)}, ${from(`r${r}`, v)});`)}
}`;
}

/** Pixels from a table, patches as runs of taps. */
function convTile(vectors: number, kind: Kind): string {
  const shape = { rows, vectors };
  return `
function conv${kind}${4 * vectors}(${kind === 'Plain' ? plainParameters : parameters}): void {
for (let e0 = first; e0 < end; e0 += ${8 * rows}) {
${lines(rows - 1, (r) => `const e${r + 1} = min(e0 + ${8 * (r + 1)}, last);`)}
let weights = filter;
${begin(shape, kind)}
for (let t = 0; t < tapCount; t++) {
const base = source + load<i32>(taps + (<usize>t << 2));
${lines(rows, (r) => `let a${r} = base + load<i32>(e${r});`)}
${productsOfRun(shape)}
}
${kind === 'Plain' ? '' : 'const floor = activationFloor(activation), ceiling = activationCeiling(activation);'}
${lines(rows, (r) => `const y${r} = target + load<i32>(e${r}, 4);`)}
${grid(shape, (r, v) => store(kind, r, v))}
}
}
`;
}

const pointParameters = `source: usize, target: usize, filter: usize, run: i32, count: i32, sourceStep: usize,
  targetStep: usize, left: i32`;

/** A product of Winograd's: rows at a fixed distance, no epilogue. */
function pointTile(name: string, vectors: number): string {
  const shape = { rows, vectors };
  return `
function ${name}(${pointParameters}): void {
for (let i = 0; i < count; i += ${rows}) {
let weights = filter;
${lines(rows, (r) => `let a${r} = ${evenly('source', 'sourceStep', r)};`)}
${clearSums(shape)}
${productsOfRun(shape)}
${lines(rows, (r) => `const y${r} = ${evenly('target', 'targetStep', r)};`)}
${grid(shape, (r, v) => `v128.store(y${r}, ${sum(r, v)}, ${16 * v});`)}
source += ${rows} * sourceStep;
target += ${rows} * targetStep;
}
}
`;
}

/** `plain` is whether there is no epilogue. */
function convChoice(sizes: readonly number[]): string {
  const full = sizes.flatMap((size) => [
    { when: `left >= ${size} && plain`, call: `convPlain${size}(${namesOf(plainParameters)})` },
    { when: `left >= ${size}`, call: `convFused${size}(${namesOf(parameters)})` },
  ]);
  return choose('convTile', `${parameters}, plain: bool`, [
    ...full,
    { call: `convPart8(${namesOf(parameters)})` },
  ]);
}

/** Texts of the tiles and of `convTile`, `pointTile`, which call the right one. */
export function convTileSource(wide: boolean): string {
  const sizes = wide ? [16, 8] : [8];
  return [
    ...sizes.flatMap((size) => [
      convTile(size / 4, 'Plain'),
      convTile(size / 4, 'Fused'),
      pointTile(`pointTile${size}`, size / 4),
    ]),
    convTile(2, 'Part'),
    convChoice(sizes),
    choose(
      'pointTile',
      pointParameters,
      sizes.map((size) => ({
        ...(size === 16 && { when: 'left >= 16' }),
        call: `pointTile${size}(${namesOf(pointParameters)})`,
      })),
    ),
  ].join('\n');
}
