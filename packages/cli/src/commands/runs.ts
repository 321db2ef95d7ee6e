import { CairnError, suggestion, UsageError, type Store } from '@cairn/core';
import type { RunResult } from '@cairn/engine';
import { loadJournal, type JournalView } from '@cairn/tracking';
import { runsSpec } from '../args/specs.ts';
import type { Command } from '../command.ts';
import { counted, percent } from '../format.ts';
import { diskUse } from '../disk/usage.ts';
import { lockOwner } from '../files/index.ts';
import { print, printJson } from '../output.ts';
import { JOURNAL } from '../study/header.ts';
import { runNames } from '../study/run-names.ts';
import { placesIn } from '../study/places.ts';
import { elapsed, size } from '../terminal/format.ts';

/** `name`: `quickstart/default/kd-t0-s1`. */
type FoundRun = { readonly name: string; readonly folder: string; readonly bytes: number } & (
  { readonly journal: JournalView; readonly state: string } | { readonly problem: CairnError }
);

/** `cairn runs [study | study/profile | study/profile/run]` */
export const runs: Command<typeof runsSpec.flags> = {
  spec: runsSpec,
  async execute({ arguments: [wanted], flags }, host) {
    const all = await findRuns(placesIn(host.home).runs);
    const found =
      wanted === undefined ? all : all.filter((r) => r.name === wanted || r.name.startsWith(`${wanted}/`));
    if (wanted !== undefined && found.length === 0) {
      const studies = [...new Set(all.map((r) => r.name.split('/')[0] ?? ''))];
      const fix = suggestion(wanted, wanted.includes('/') ? all.map((r) => r.name) : studies);
      throw new UsageError('CAIRN_RUN_UNKNOWN', `cairn runs: no run of "${wanted}"`, { fix });
    }
    if (flags.json !== undefined) await printJson(host, flags.json, found.map(asJson));
    const [only] = found;
    if (flags.json === undefined || flags.json.file !== undefined) {
      print(host.out, only?.name === wanted && only !== undefined ? card(only) : listing(found));
    }
    return 0;
  },
};

async function findRuns(store: Store): Promise<FoundRun[]> {
  const found: FoundRun[] = [];
  for (const name of await runNames(store)) {
    const folder = `${store.location}/${name}`;
    const { bytes } = await diskUse(folder);
    try {
      const journal = await loadJournal(store, `${name}/${JOURNAL}`);
      if (journal === undefined) continue;
      const owner = await lockOwner(`${folder}/owner.lock`);
      found.push({ name, folder, bytes, journal, state: stateOf(journal, owner !== undefined) });
    } catch (error) {
      if (!(error instanceof CairnError)) throw error;
      found.push({ name, folder, bytes, problem: error });
    }
  }
  return found;
}

const ENDS = { FINISHED: 'finished', FAILED: 'failed', KILLED: 'interrupted' } as const;

/** A process that was killed leaves no word: its run is not finished, and nobody is at it. */
function stateOf({ end }: JournalView, owned: boolean): string {
  if (end?.status === 'FINISHED') return 'finished';
  if (owned) return 'running';
  return end === undefined ? 'not finished' : ENDS[end.status];
}

function resultOf({ results }: JournalView): RunResult | undefined {
  return results.at(-1) as unknown as RunResult | undefined;
}

function asJson(run: FoundRun): object {
  const { name, folder, bytes } = run;
  if ('problem' in run) {
    const { code, message } = run.problem;
    return { name, folder, bytes, state: 'damaged', problem: { code, message } };
  }
  const { start, tags, params, anchors, weights, stages } = run.journal;
  const { state } = run;
  const result = resultOf(run.journal);
  return {
    name,
    folder,
    bytes,
    state,
    startTime: start?.startTime,
    tags,
    params,
    stages,
    anchors,
    weights,
    result,
  };
}

function listing(found: readonly FoundRun[]): string[] {
  if (found.length === 0) return ['no runs yet: npx cairn run quickstart'];
  const width = Math.max(...found.map((r) => r.name.length));
  const lines = found.map((run) => {
    if ('problem' in run) return `${run.name.padEnd(width)}  damaged       ${run.problem.message}`;
    const result = resultOf(run.journal);
    const reached = result === undefined ? '' : `test ${percent(result.last['test/top1'])}`;
    return `${run.name.padEnd(width)}  ${run.state.padEnd(12)}  ${size(run.bytes).padStart(7)}  ${reached}`.trimEnd();
  });
  const total = found.reduce((sum, { bytes }) => sum + bytes, 0);
  return [...lines, `${counted(found.length, 'run')}, ${size(total)}   what no plan refers to: cairn gc`];
}

/** @throws what is wrong with its journal */
function card(run: FoundRun): string[] {
  if ('problem' in run) throw run.problem;
  const { name, folder, bytes, journal, state } = run;
  const result = resultOf(journal);
  return [
    `run   ${name}   ${state}`,
    `where ${folder}`,
    `disk  ${size(bytes)}`,
    '',
    ...Object.entries(journal.tags).map(([key, value]) => `${key.padEnd(20)} ${value}`),
    ...spaced(
      journal.anchors.map(
        (a) => `epoch ${a.epoch}   anchor ${a.anchors.map((x) => x.step).join('+')}   ${a.reason}`,
      ),
    ),
    ...spaced(result === undefined ? [] : resultLines(result)),
  ];
}

function resultLines(result: RunResult): string[] {
  const epochs = counted(Number(result.epochs.toFixed(2)), 'epoch');
  return [
    `${epochs} in ${elapsed(result.seconds)}   weights ${result.weightsSha256}`,
    ...Object.entries(result.last).map(([key, value]) => `${key.padEnd(20)} ${value.toPrecision(5)}`),
  ];
}

function spaced(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', ...lines];
}
