/** Tables and targets of bench:kernels. */
import { atLeast, type Bench, type Cell } from '../harness/index.ts';
import type { PassFigures } from './measure.ts';
import type { Shape } from './shapes.ts';

export interface Figures {
  /** The bound: GFLOP/s, for depthwise GB/s. */
  readonly yardstick: number;
  readonly passes: readonly PassFigures[];
}

export interface Row {
  readonly shape: Shape;
  /** The usual build, the wide one. */
  readonly figures: readonly Figures[];
}

const titles = {
  direct: 'direct convolutions: GFLOP/s, share of the FMA peak',
  winograd: "Winograd's F(4×4, 3×3): GFLOP/s of the direct way's products, share of the FMA peak",
  depthwise: 'depthwise convolutions: GB/s of the images, share of the bound (a copy or the FMA peak)',
} as const;

const share = (value: number): string => `${(100 * value).toFixed(0)} %`;

function cells({ shape, figures }: Row): Cell[] {
  return [
    shape.name,
    ...figures.flatMap(({ yardstick, passes }) => [
      yardstick,
      ...passes.map((pass) => `${pass.speed.toFixed(0)} ${share(pass.share)}`),
    ]),
  ];
}

/** What a shape's slowest pass is to reach; undefined where nothing was promised. */
function goalOf({ kind, backward: g }: Shape): { name: string; goal: number } | undefined {
  const place = `${g.inChannels}-${g.outChannels}@${g.input[0]}`;
  if (kind === 'depthwise') return { name: `depthwise/${place}`, goal: 0.7 };
  if (kind === 'winograd') return { name: `winograd/${place}`, goal: 1.5 };
  if (g.inChannels < 4) return undefined;
  const size = g.filter[0];
  if (size === 3 && g.stride[0] === 1) return { name: `direct/${place}`, goal: 0.85 };
  return { name: `${size}x${size}-stride${g.stride[0]}/${place}`, goal: 0.75 };
}

export function showFigures(bench: Bench, rows: readonly Row[]): void {
  for (const kind of ['direct', 'winograd', 'depthwise'] as const) {
    const shown = rows.filter(({ shape }) => shape.kind === kind);
    if (shown.length === 0) continue;
    const passes = (build: string) => ['bound', 'forward', 'dx', 'dw'].map((name) => [name, build] as const);
    bench.table({
      title: titles[kind],
      columns: ['shape', ...passes('usual'), ...passes('wide')],
      rows: shown.map(cells),
    });
  }
  for (const { shape, figures } of rows) {
    const goal = goalOf(shape);
    const slowest = Math.min(...(figures[0]?.passes.map((pass) => pass.share) ?? [NaN]));
    if (goal !== undefined) bench.target(atLeast(`kernels/${goal.name}`, slowest, goal.goal));
  }
}
