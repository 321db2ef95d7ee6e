/** The hardness map: students at the ends of their stages against the states of their teacher's route. */
import { klRows, mean } from '@cairn/core';
import type { HardnessMap, HardnessRow } from '@cairn/report';
import type { State } from './laboratory.ts';
import type { Opinions } from './opinions.ts';
import { type AnchorState, stageStates } from './states.ts';
import type { ReportRun } from './subject.ts';
import { epochOf, stageAnchors } from './traces.ts';

/** One run at the end of one stage. */
interface Cell {
  readonly condition: string;
  readonly seed: number;
  readonly epoch: number;
  readonly kl: readonly number[];
  readonly agreement: readonly number[];
  readonly next: readonly number[];
}

/** Per condition and stage, over seeds; runs whose route has other columns than the first are left out. */
export async function hardnessMap(
  runs: readonly ReportRun[],
  anchors: ReadonlyMap<string, readonly AnchorState[]>,
  opinions: Opinions,
): Promise<HardnessMap | string> {
  const [columns] = anchors.values();
  if (columns === undefined)
    return "no run has a route that is here: it shows students against their teacher's states.";
  const fitting = runs.flatMap((run) => {
    const own = anchors.get(run.route?.id ?? '');
    return own === undefined || epochsOf(own) !== epochsOf(columns) ? [] : [{ run, own }];
  });
  const cells: Cell[] = [];
  for (const { run, own } of fitting) cells.push(...(await cellsOf(run, own, opinions)));
  const conditions = [...new Set(runs.map((run) => run.condition))];
  const rows = [...Map.groupBy(cells, ({ condition, epoch }) => `${condition} ${epoch}`).values()]
    .flatMap((own) => own.slice(0, 1).map((first) => rowOf(first, own)))
    .sort((a, b) => conditions.indexOf(a.condition) - conditions.indexOf(b.condition) || a.epoch - b.epoch);
  return {
    candidates: columns.map(({ epoch }) => epoch),
    rows,
    samples: opinions.lab.heldOut.rows.length,
    leftOut: runs.length - fitting.length,
  };
}

function epochsOf(anchors: readonly AnchorState[]): string {
  return anchors.map(({ epoch }) => epoch).join(' ');
}

async function cellsOf(run: ReportRun, anchors: readonly AnchorState[], opinions: Opinions): Promise<Cell[]> {
  const { condition, seed, journal, route } = run;
  const cells: Cell[] = [];
  for (const [i, state] of stageStates(run).entries()) {
    const next = stageAnchors(journal.stages[i]).map((id) => epochOf(id, route));
    cells.push({ condition, seed, epoch: state.epoch, next, ...(await distances(anchors, state, opinions)) });
  }
  return cells;
}

async function distances(
  anchors: readonly AnchorState[],
  student: State,
  opinions: Opinions,
): Promise<Pick<Cell, 'kl' | 'agreement'>> {
  const { classes } = opinions.lab.splits.spec;
  const own = await opinions.of(student);
  const [kl, agreement]: [number[], number[]] = [[], []];
  for (const anchor of anchors) {
    const theirs = await opinions.of(anchor);
    kl.push(mean(klRows(theirs.logP, own.logP, classes)));
    agreement.push(mean(own.top.map((c, i) => (c === theirs.top[i] ? 1 : 0))));
  }
  return { kl, agreement };
}

/** The mean of runs that differ in their seeds; anchors of any of them. */
function rowOf(first: Cell, cells: readonly Cell[]): HardnessRow {
  const over = (of: (cell: Cell) => readonly number[]): number[] =>
    of(first).map((_, column) => mean(cells.map((cell) => of(cell)[column] ?? NaN)));
  return {
    condition: first.condition,
    epoch: first.epoch,
    kl: over((cell) => cell.kl),
    agreement: over((cell) => cell.agreement),
    next: [...new Set(cells.flatMap((cell) => cell.next))],
    seeds: new Set(cells.map((cell) => cell.seed)).size,
  };
}
