/** Packs and transforms the filters of a pass, once per change of the weights. */
import type { Emit } from '../program.ts';
import { winogradFits } from '../../winograd-pass.ts';
import { tapsOf, type Pass } from './conv-pass.ts';
import type { Site } from './lowering.ts';

/** How a filter comes: where from, and what has to be done to it first (folding), in a task of the preparation. */
export interface FilterSource {
  readonly scratch: readonly number[];
  /** Address of the filter [KH, KW, C/groups, O]. */
  write(emit: Emit, scratch: readonly number[]): number;
}

export interface PackedFilters {
  readonly winograd: boolean;
  address(phase: number, group: number): number;
}

const panelBytes = (rows: number, columns: number): number => rows * Math.ceil(columns / 8) * 32;

/** @param transposed for the input gradient: sums go over output channels */
export function prepareFilters(
  site: Site,
  pass: Pass,
  weights: FilterSource,
  transposed: boolean,
): PackedFilters {
  return site.winograd && pass.groups === 1 && winogradFits(pass)
    ? prepareWinograd(site, pass, weights, transposed)
    : prepareDirect(site, pass, weights, transposed);
}

/** Counts of the filter as it lies: [taps][inputs per group][outputs]. */
function filterCounts({ source, target, groups }: Pass, transposed: boolean) {
  const [inputs, outputs] = transposed
    ? [target.channels, source.channels]
    : [source.channels, target.channels];
  return { inputs: inputs / groups, outputs: outputs / groups };
}

function prepareDirect(site: Site, pass: Pass, weights: FilterSource, transposed: boolean): PackedFilters {
  const { preparation, tables } = site;
  const { groups, filterColumns } = pass;
  const { inputs, outputs } = filterCounts(pass, transposed);
  const taps = pass.phases.map((phase) => tapsOf(phase, pass).filterTaps);
  const bytes = taps.map((list) =>
    transposed ? panelBytes(list.length * outputs, inputs) : panelBytes(list.length * inputs, outputs),
  );
  const targets = bytes.map((b) => Array.from({ length: groups }, () => preparation.block(b)));
  const rows = filterColumns * filterColumns * inputs;
  const groupBytes = groups > 1 ? 4 * rows * outputs : 0;
  preparation.add([groupBytes, ...weights.scratch], (emit, [own = 0, ...scratch]) => {
    const whole = weights.write(emit, scratch);
    for (let group = 0; group < groups; group++) {
      const filter = groups > 1 ? own : whole;
      // prettier-ignore
      if (groups > 1)
        emit('copyRows', whole + 4 * group * outputs, own, rows, 4 * outputs, 4 * outputs * groups, 4 * outputs);
      targets.forEach((blocks, p) => {
        const target = blocks[group] ?? 0;
        const list = taps[p] ?? [];
        if (transposed)
          emit('packFilterTransposed', filter, target, tables.ints(list), list.length, inputs, outputs);
        else emit('packFilter', filter, target, rows, outputs);
      });
    }
  });
  return { winograd: false, address: (phase, group) => targets[phase]?.[group] ?? 0 };
}

function prepareWinograd(site: Site, pass: Pass, weights: FilterSource, transposed: boolean): PackedFilters {
  const { preparation, tables, kernels } = site;
  const { source, target, phases } = pass;
  const bytes = 4 * source.channels * target.channels;
  const filter = preparation.block(36 * bytes);
  const [phase] = phases;
  const taps = phase === undefined ? [] : tapsOf(phase, pass).filterTaps;
  const work = kernels.winogradScratch(source.channels, target.channels);
  preparation.add([9 * bytes, work, ...weights.scratch], (emit, [packed = 0, own = 0, ...scratch]) => {
    const whole = weights.write(emit, scratch);
    if (transposed)
      emit('packFilterTransposed', whole, packed, tables.ints(taps), 9, target.channels, source.channels);
    else emit('packFilter', whole, packed, 9 * source.channels, target.channels);
    emit('winogradFilter', packed, filter, target.channels / 8, source.channels, own);
  });
  return { winograd: true, address: () => filter };
}
