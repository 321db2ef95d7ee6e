import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunError, suggestion, UsageError } from '@cairn/core';
import type { PlannedRun } from '@cairn/engine';
import { loadJournal, type JournalView } from '@cairn/tracking';
import { rerunSpec } from '../args/specs.ts';
import type { Command, Host } from '../command.ts';
import { NodeStore } from '../files/index.ts';
import { coloured, print, printJson, unicode } from '../output.ts';
import { JOURNAL } from '../study/header.ts';
import { placesIn } from '../study/places.ts';
import { machineState } from '../study/provenance.ts';
import { runNames } from '../study/run-names.ts';
import { keptPlan, readWork, WORK_FILE, type WorkFile } from '../study/work-file.ts';
import { LiveTerminal } from '../terminal/live-terminal.ts';
import { compareRuns, type Compared, type RunComparison } from '../verify/compare-runs.ts';
import { repeatRun } from '../verify/repeat-run.ts';
import { compareMachine } from '../verify/verify-world.ts';

/** `cairn rerun <run>`: 1 where it gives anything else. */
export const rerun: Command<typeof rerunSpec.flags> = {
  spec: rerunSpec,
  async execute({ arguments: [name = ''], flags }, host) {
    const { journal, work, run, study } = await finishedRunOf(host, name);
    const changed = await changesSince(host, journal, flags.anyway);
    const stream = flags.json !== undefined && flags.json.file === undefined ? host.err : host.out;
    const live = new LiveTerminal({
      stream,
      unicode: unicode(host.env),
      colour: coloured(stream, host.env),
    });
    const folder = await mkdtemp(join(tmpdir(), 'cairn-rerun-'));
    try {
      live.show({ type: 'say', lines: [`rerun  ${name}`, ...changed.map((text) => `       ${text}`)] });
      await repeatRun(host, { work, run, study, folder }, live);
      live.stop();
      const again = await loadJournal(new NodeStore(`${folder}/study/${run.id}`), JOURNAL);
      if (again === undefined) throw new RunError('CAIRN_RUN_ABSENT', 'the repetition left no journal');
      const comparison = compareRuns(journal, again);
      if (flags.json !== undefined) await printJson(host, flags.json, { run: name, changed, ...comparison });
      print(stream, resultLines(comparison));
      return comparison.differences.length === 0 ? 0 : 1;
    } finally {
      live.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

interface Found {
  readonly journal: JournalView;
  readonly work: WorkFile;
  readonly run: PlannedRun;
  readonly study: NodeStore;
}

/** @throws CAIRN_RUN_UNKNOWN, CAIRN_RUN_UNFINISHED, CAIRN_PLAN_MISSING */
async function finishedRunOf(host: Host, name: string): Promise<Found> {
  const places = placesIn(host.home);
  const names = await runNames(places.runs);
  if (!names.includes(name)) {
    const fix = suggestion(name, names);
    throw new UsageError('CAIRN_RUN_UNKNOWN', `cairn rerun: no run "${name}"`, { fix });
  }
  const [studyName = '', profile = '', id = ''] = name.split('/');
  const journal = await loadJournal(places.runs, `${name}/${JOURNAL}`);
  if (journal?.end?.status !== 'FINISHED') {
    const fix = `cairn run ${studyName} goes on with it`;
    throw new UsageError('CAIRN_RUN_UNFINISHED', `cairn rerun: "${name}" is not finished`, { fix });
  }
  const study = places.study(studyName, profile);
  const plan = journal.tags['cairn.plan'];
  const work = await readWork(study, plan === undefined ? WORK_FILE : keptPlan(plan));
  const run = work.plan.runs.find((r) => r.id === id && r.hash === journal.tags['cairn.config']);
  if (run !== undefined) return { journal, work, run, study };
  throw new RunError('CAIRN_PLAN_MISSING', `cairn rerun: the plan that "${name}" was made by is not kept`, {
    fix: `cairn run ${studyName} --fresh trains it again, with its plan`,
  });
}

/** In words what of code and libraries is another one now. @throws CAIRN_RERUN_CHANGED without `anyway` */
async function changesSince(host: Host, { tags }: JournalView, anyway: boolean): Promise<readonly string[]> {
  const changed = compareMachine(tags, await machineState(host.root)).filter((f) => f.state === 'changed');
  const words = changed.map(({ what, text }) => `${what}: ${text}`);
  if (words.length === 0 || anyway) return words;
  throw new RunError(
    'CAIRN_RERUN_CHANGED',
    `cairn rerun: not what the run was made with: ${words.join('; ')}`,
    {
      fix: ['go back to it', 'or --anyway: a difference may then come from there'],
    },
  );
}

function resultLines({ things, differences }: RunComparison): string[] {
  const [first] = differences;
  if (first === undefined) return [`equal: ${things} things, bit by bit`];
  const more = differences.length - 1;
  return [
    `not equal: ${first.what} first${more === 0 ? '' : `, and ${more} more of ${things}`}`,
    ...differences.slice(0, 10).flatMap(difference),
    ...(more < 10 ? [] : [`  and ${more - 9} more`]),
  ];
}

function difference({ what, before, again }: Compared): string[] {
  return [`  ${what}`, `    before ${before}`, `    again  ${again}`];
}
