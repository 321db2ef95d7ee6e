/**
 * Runs that turn out to be the same: a control as long as one condition and a control as long as another, when both
 * conditions took as many stages. What decides a run's bits is the list of its stages, and a curriculum that needs
 * nothing but lengths and the route says it beforehand. A finished run of the same list, seed, route and data is
 * taken over whole; nothing is trained twice.
 */
import {
  contentHash,
  inSteps,
  RunError,
  type AnchorView,
  type Curriculum,
  type Manifest,
  type Stage,
  type StageRecord,
  type Store,
} from '@cairn/core';
import type { PlannedRun, RunEnvironment, RunResult } from '@cairn/engine';
import { readLines } from '@cairn/tracking';
import { NodeStore } from '../files/index.ts';
import { finishedRun } from './finished.ts';
import { JOURNAL } from './header.ts';

/** The tag of what was trained. */
export const TRAINED = 'cairn.trained';

/** More stages than any curriculum has: one that never says `done` is not foreseen. */
const MOST_STAGES = 1000;

export interface Foresight {
  readonly curriculum: Curriculum;
  readonly run: PlannedRun;
  readonly route: Manifest;
  readonly stagesOf: (condition: string) => readonly StageRecord[];
}

/**
 * The hash of what would be trained: all that decides the weights, the metrics and the journal of a run, but for its
 * name. Undefined where the curriculum looks at the student or at random numbers.
 */
export async function trainedHash(foresight: Foresight): Promise<string | undefined> {
  const stages = await foreseen(foresight);
  if (stages === undefined) return undefined;
  const { curriculum: _, ...spec } = foresight.run.spec;
  const { copies: _copies, ...ground } = foresight.run.identity;
  return contentHash({ spec, stages, ...ground, routeId: foresight.run.routeId });
}

async function foreseen({
  curriculum,
  run,
  route,
  stagesOf,
}: Foresight): Promise<readonly Stage[] | undefined> {
  if (curriculum.usesHeldOut === true) return undefined;
  const { training } = run.spec;
  const stepsPerEpoch = stepsPerEpochOf(run);
  const total = Math.round(training.epochs * stepsPerEpoch);
  const stages: Stage[] = [];
  const records: StageRecord[] = [];
  try {
    while (stages.length < MOST_STAGES) {
      const anchors = routeAlone(route);
      const stage = await curriculum.next({ training, stages: records, stagesOf, anchors });
      if (stage === 'done') return stages;
      const steps = inSteps(stage.length, { stepsPerEpoch, total });
      const taught = stage.updates.flat().flatMap((update) => update.guide?.anchors ?? []);
      const { name } = stage;
      const epochs = steps / stepsPerEpoch;
      records.push({ name, steps, epochs, anchors: taught, moved: true, sha256: '' });
      stages.push(stage);
    }
  } catch (error) {
    if (!(error instanceof Unforeseen)) throw error;
  }
  return undefined;
}

/** The plan counts images by epochs and rows. */
function stepsPerEpochOf({ images, outline, spec }: PlannedRun): number {
  const epochs = outline.epochs.reduce((a, b) => a + b, 0);
  return Math.ceil(Math.round(images / epochs) / spec.batch);
}

class Unforeseen extends Error {}

/** A view in which nothing but the route can be looked at. */
function routeAlone(route: Manifest): AnchorView {
  const refuse = (): never => {
    throw new Unforeseen();
  };
  return {
    route,
    get taught(): never {
      return refuse();
    },
    random: { at: refuse },
    hardness: refuse,
    divergence: refuse,
    entropy: refuse,
  };
}

/** A finished run of the plan that trained the same: it says so in its journal. */
export async function twinOf(
  study: NodeStore,
  runs: readonly PlannedRun[],
  { id, seed, teacherSeed }: PlannedRun,
  trained: string,
): Promise<PlannedRun | undefined> {
  for (const other of runs) {
    if (other.id === id || other.seed !== seed || other.teacherSeed !== teacherSeed) continue;
    const finished = await finishedRun(new NodeStore(`${study.location}/${other.id}`), other.hash);
    if (finished?.journal.tags[TRAINED] === trained) return other;
  }
  return undefined;
}

/** Records that a run's own header and end say. */
const OWN: ReadonlySet<string> = new Set(['run_start', 'params', 'dataset', 'run_end']);

/**
 * Takes over a finished run: its files, and its journal below a header of the other's own. A killed one leaves what
 * the beginning of a training would, and is trained.
 */
export async function takeOver(from: Store, to: Store, environment: TakingOver): Promise<RunResult> {
  const { journal, header, now } = environment;
  const bytes = (await from.read(JOURNAL)) ?? new Uint8Array();
  const { entries } = readLines(bytes, `${from.location}/${JOURNAL}`);
  const records = entries.flatMap((e) => (e.kind === 'record' && !OWN.has(e.record.type) ? [e.record] : []));
  const files = records.flatMap((r) => (r.type === 'weights' || r.type === 'artifact' ? [r.file] : []));
  for (const file of new Set(files)) await to.write(file, await required(from, file));
  for (const record of [...header, ...records]) journal.record(record);
  journal.record({ type: 'run_end', status: 'FINISHED', endTime: Math.round(now()) });
  await journal.flush();
  return records.findLast((r) => r.type === 'result')?.result as unknown as RunResult;
}

type TakingOver = Pick<RunEnvironment, 'journal' | 'header' | 'now'>;

async function required(store: Store, file: string): Promise<Uint8Array> {
  const bytes = await store.read(file);
  if (bytes !== undefined) return bytes;
  throw new RunError('CAIRN_RUN_DAMAGED', `no file ${store.location}/${file}, which its journal names`, {
    fix: 'restore it from a copy, or train the run again: cairn run <study> --fresh --only=<condition>',
  });
}
