/** The benchmark's yardstick: multiply-adds in registers, as many accumulators as the build's widest tile has. */
import { clearSums, grid, sum } from './tile-text.ts';

export function peakSource(wide: boolean): string {
  const shape = { rows: 6, vectors: wide ? 4 : 2 };
  const at = (r: number, v: number): number => 16 * (r * shape.vectors + v);
  return `
/**
 * ${wide ? 192 : 96} floating-point operations a round.
 * @param work 8 floats that are read, then ${24 * shape.vectors} that are written
 */
export function maddPeak(work: usize, rounds: i32): void {
const x = v128.load32_splat(work), out = work + 32;
${wide ? 'const y0 = v128.load(work), y1 = v128.load(work, 16), y2 = y0, y3 = y1;' : 'const y0 = v128.load(work), y1 = v128.load(work, 16);'}
${clearSums(shape)}
for (let i = 0; i < rounds; i++) {
${grid(shape, (r, v) => `${sum(r, v)} = madd(x, y${v}, ${sum(r, v)});`)}
}
${grid(shape, (r, v) => `v128.store(out, ${sum(r, v)}, ${at(r, v)});`)}
}
`;
}
