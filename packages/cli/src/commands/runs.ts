import { suggestion, UsageError, type Store } from '@cairn/core';
import type { RunResult } from '@cairn/engine';
import { loadJournal, type JournalView } from '@cairn/tracking';
import { runsSpec } from '../args/specs.ts';
import type { Command } from '../command.ts';
import { percent } from '../format.ts';
import { print, printJson } from '../output.ts';
import { JOURNAL } from '../study/header.ts';
import { placesIn } from '../study/places.ts';
import { elapsed } from '../terminal/format.ts';

interface FoundRun {
  /** `quickstart/default/kd-t0-s1` */
  readonly name: string;
  readonly folder: string;
  readonly journal: JournalView;
}

/** `cairn runs [study | study/profile | study/profile/run]` */
export const runs: Command<typeof runsSpec.flags> = {
  spec: runsSpec,
  async execute({ arguments: [wanted], flags }, host) {
    const all = await findRuns(placesIn(host.home).home.at('runs'));
    const found = wanted === undefined ? all : all.filter((r) => r.name === wanted || r.name.startsWith(`${wanted}/`));
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

/** Every folder with a journal, three levels down. */
async function findRuns(store: Store): Promise<FoundRun[]> {
  const found: FoundRun[] = [];
  for (const study of await store.list('')) {
    for (const profile of await store.list(study)) {
      for (const run of await store.list(`${study}/${profile}`)) {
        const name = `${study}/${profile}/${run}`;
        const journal = await loadJournal(store, `${name}/${JOURNAL}`);
        if (journal !== undefined) found.push({ name, folder: `${store.location}/${name}`, journal });
      }
    }
  }
  return found;
}

function stateOf({ end }: JournalView): string {
  return end === undefined ? 'not finished' : end.status.toLowerCase();
}

function resultOf({ results }: JournalView): RunResult | undefined {
  return results.at(-1) as unknown as RunResult | undefined;
}

function asJson({ name, folder, journal }: FoundRun): object {
  const { start, tags, params, anchors, weights, stages } = journal;
  return { name, folder, state: stateOf(journal), startTime: start?.startTime, tags, params, stages, anchors, weights, result: resultOf(journal) };
}

function listing(found: readonly FoundRun[]): string[] {
  if (found.length === 0) return ['no runs yet: npx cairn run quickstart'];
  const width = Math.max(...found.map((r) => r.name.length));
  return found.map(({ name, journal }) => {
    const result = resultOf(journal);
    const reached = result === undefined ? '' : `test ${percent(result.last['test/top1'])}`;
    return `${name.padEnd(width)}  ${stateOf(journal).padEnd(12)}  ${reached}`.trimEnd();
  });
}

function card({ name, folder, journal }: FoundRun): string[] {
  const result = resultOf(journal);
  return [
    `run   ${name}   ${stateOf(journal)}`,
    `where ${folder}`,
    '',
    ...Object.entries(journal.tags).map(([key, value]) => `${key.padEnd(20)} ${value}`),
    '',
    ...journal.anchors.map((a) => `epoch ${a.epoch}   anchor ${a.anchors.map((x) => x.step).join('+')}   ${a.reason}`),
    ...(result === undefined
      ? []
      : [
          '',
          `${result.epochs} epochs in ${elapsed(result.seconds)}   weights ${result.weightsSha256}`,
          ...Object.entries(result.last).map(([key, value]) => `${key.padEnd(20)} ${value.toPrecision(5)}`),
        ]),
  ];
}
