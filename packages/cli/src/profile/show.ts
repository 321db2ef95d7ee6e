import { percent } from '../format.ts';
import { layOut, type Column } from '../table/layout.ts';
import type { PartRow, StepSummary } from './summary.ts';

/** Kernels that take less of a step stand together. */
const SMALL = 0.002;

/** A part of the step, below it its kernels. */
export function profileLines({ parts, ms }: StepSummary, width: number): string[] {
  const rows = [...parts.flatMap(rowsOf), { name: 'step', ms, share: 1, calls: undefined }];
  const numbers = (header: string, cells: readonly string[]): Column => ({
    header,
    unit: '',
    align: 'right',
    cells,
  });
  const names: Column = {
    header: 'part, kernel',
    unit: '',
    align: 'left',
    cells: rows.map((row) => row.name),
  };
  return layOut(
    names,
    [
      numbers(
        'calls',
        rows.map(({ calls }) => (calls === undefined ? '' : String(Number(calls.toFixed(1))))),
      ),
      numbers(
        'ms',
        rows.map((row) => row.ms.toFixed(2)),
      ),
      numbers(
        'share',
        rows.map((row) => percent(row.share)),
      ),
    ],
    width,
  );
}

interface Row {
  readonly name: string;
  readonly calls: number | undefined;
  readonly ms: number;
  readonly share: number;
}

function rowsOf({ part, ms, share, kernels }: PartRow): Row[] {
  const large = kernels.filter((kernel) => kernel.share >= SMALL);
  const small = kernels.filter((kernel) => kernel.share < SMALL);
  const left = ms - kernels.reduce((sum, kernel) => sum + kernel.ms, 0);
  const others: Row[] = small.length === 0 ? [] : [{ name: `  ${small.length} small ones`, ...added(small) }];
  const between = { name: '  between kernels', calls: undefined, ms: left, share: (share * left) / ms };
  return [
    { name: part, calls: undefined, ms, share },
    ...large.map(({ kernel, calls, ...row }) => ({
      name: `  ${kernel}`,
      calls,
      ms: row.ms,
      share: row.share,
    })),
    ...others,
    ...(kernels.length === 0 ? [] : [between]),
  ];
}

function added(kernels: PartRow['kernels']): Omit<Row, 'name'> {
  const sum = (of: (kernel: PartRow['kernels'][number]) => number): number =>
    kernels.reduce((total, kernel) => total + of(kernel), 0);
  return { calls: sum((k) => k.calls), ms: sum((k) => k.ms), share: sum((k) => k.share) };
}
