/**
 * The same work in PyTorch: a teacher on all cores, then the students, one after the other on all cores or side by side on
 * one each. Its processes are up, and its compilers done, before the clock starts.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRegistry, type JsonObject, type Split, type Study } from '@cairn/core';
import { resolveStudy } from '@cairn/engine';
import { seconds, startChild, type Child } from '../harness/index.ts';
import { study as studyFile } from './experiment.ts';
import type { PlanJson } from './ours.ts';
import { plugins } from './plugins.ts';

export interface PeerWay {
  readonly name: string;
  readonly mode: 'eager' | 'compile';
  /** Students at a time. */
  readonly workers: number;
}

export function peerWays(): readonly PeerWay[] {
  const cores = availableParallelism();
  const counts = [...new Set([1, cores])];
  return (['eager', 'compile'] as const).flatMap((mode) =>
    counts.map((workers) => ({ name: `torch ${mode}, ${workers} at a time`, mode, workers })),
  );
}

/** The study with the options of its profile, and its plan. */
export interface PeerStudy {
  readonly study: Study;
  readonly plan: PlanJson;
}

const registry = createRegistry(plugins);

export function peerStudy(profile: string, plan: PlanJson): PeerStudy {
  return { study: resolveStudy(studyFile, registry, profile, {}).study, plan };
}

const script = fileURLToPath(new URL('../../peer/study.py', import.meta.url));
/** Of one answer: a compiler or a whole run may be behind it. */
const PATIENCE = 1800;

/** Seconds of the study's work. */
export async function timePeer(python: string, way: PeerWay, { study, plan }: PeerStudy): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'cairn-bench-peer-'));
  const children: Child[] = [];
  try {
    await writeData(folder, study);
    const start = async (threads: number): Promise<Child> => {
      const child = startChild(way.name, [python, script]);
      children.push(child);
      const { teacher, student, batch, validation } = study;
      const setting = {
        folder,
        mode: way.mode,
        threads,
        fraction: validation.fraction,
        teacher: teacher.model.options,
        student: student.model.options,
        epochs: teacher.training.epochs,
        batch,
      };
      await child.ask({ do: 'prepare', ...setting }, PATIENCE);
      return child;
    };
    const all = await start(availableParallelism());
    const students = way.workers === 1 ? [all] : await inTurn(way.workers, () => start(1));
    return await seconds(async () => {
      await all.ask({ do: 'teach' }, PATIENCE);
      await shareOut(students, tasksOf(plan));
    });
  } finally {
    for (const child of children) child.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A compiler beside another one takes its cores. */
async function inTurn(count: number, make: () => Promise<Child>): Promise<Child[]> {
  const made: Child[] = [];
  while (made.length < count) made.push(await make());
  return made;
}

/** Each student's stages: epochs of the teacher and its own. */
function tasksOf({ runs, routes: [route] }: PlanJson): JsonObject[] {
  const epochOf = (step: number): number => route?.anchors.find((a) => a.step === step)?.epoch ?? NaN;
  return runs.map(({ seed, epochs, anchors }) => {
    // One schedule of several anchors is listed as one stage for each.
    const stages = epochs.map((length, i) => ({
      epochs: length,
      anchor: epochOf(anchors[Math.min(i, anchors.length - 1)] ?? NaN),
    }));
    return { do: 'student', seed, stages };
  });
}

async function shareOut(workers: readonly Child[], tasks: readonly JsonObject[]): Promise<void> {
  const waiting = [...tasks];
  const work = async (child: Child): Promise<void> => {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
      await child.ask(task, PATIENCE);
    }
  };
  await Promise.all(workers.map(work));
}

async function writeData(folder: string, { dataset }: Study): Promise<void> {
  const files = () => Promise.reject(new TypeError('the data of this benchmark are made'));
  const { train, test, spec } = await registry.create(dataset).open({ files });
  const write = async (name: string, split: Split): Promise<void> => {
    const { bytes } = await split.read(Int32Array.from({ length: split.size }, (_, row) => row));
    await writeFile(join(folder, `${name}.bin`), bytes);
    await writeFile(join(folder, `${name}-labels.bin`), new Uint8Array(split.labels.buffer));
  };
  await write('train', train);
  await write('test', test);
  const { height, width, channels, mean, std } = spec.input;
  const facts = { height, width, channels, mean, std, classes: spec.classes };
  await writeFile(join(folder, 'facts.json'), JSON.stringify(facts));
}
