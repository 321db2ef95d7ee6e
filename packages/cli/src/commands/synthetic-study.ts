/** A study folder as `cairn run` leaves it, for tests of `cairn compare`: a plan, and journals of the real Journal. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256, type PrimaryContrast, type RunRecord, type Study } from '@cairn/core';
import { writeOutcomes, type Plan } from '@cairn/engine';
import { Journal } from '@cairn/tracking';
import { onTestFinished } from 'vitest';
import { NodeStore } from '../files/index.ts';
import { writeWork } from '../study/work-file.ts';
import { cairn as command, type Outcome } from '../test-host.ts';

export interface SyntheticRun {
  readonly condition: string;
  readonly seed: number;
  readonly teacherSeed?: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly multiplyAdds?: number;
  /** Of the configuration in its journal. @default that of the plan */
  readonly hash?: string;
  readonly numerics?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly digest?: string;
  readonly finished?: boolean;
  /** A 1 for each test image that it got right, a 0 for each other. */
  readonly right?: string;
}

export interface SyntheticStudy {
  readonly id: string;
  readonly profile: string;
  /** Control by condition. */
  readonly conditions: Readonly<Record<string, string | undefined>>;
  readonly primary?: readonly PrimaryContrast[];
  readonly runs: readonly SyntheticRun[];
  /** Planned, but without a folder. */
  readonly absent?: readonly Place[];
}

type Place = Pick<SyntheticRun, 'condition' | 'seed' | 'teacherSeed'>;

const idOf = ({ condition, seed, teacherSeed = 0 }: Place): string => `${condition}-t${teacherSeed}-s${seed}`;

/** Writes it below a home. */
export async function writeStudy(home: string, study: SyntheticStudy): Promise<void> {
  const store = new NodeStore(`${home}/runs/${study.id}/${study.profile}`);
  await writeWork(store, {
    version: 1,
    profile: study.profile,
    backend: 'wasm',
    plan: planOf(study),
    checkpointSeconds: 15,
  });
  for (const run of study.runs) await writeRun(new NodeStore(`${store.location}/${idOf(run)}`), study, run);
}

/** What `compare` reads of a plan; the specs of the runs are not in it. */
function planOf({ id, conditions, primary, runs, absent = [] }: SyntheticStudy): Plan {
  const places: readonly Place[] = [...runs, ...absent];
  const planned = places.map((place) => {
    const { condition, seed, teacherSeed = 0 } = place;
    const id = idOf(place);
    return { id, condition, seed, teacherSeed, routeId: `route-${teacherSeed}`, hash: `hash-${id}` };
  });
  const study = {
    id,
    title: 'A synthetic study',
    question: 'Does the route teach more than the converged teacher at equal cost?',
    baseline: 'kd',
    conditions: Object.fromEntries(
      Object.entries(conditions).map(([name, control]) => [name, control === undefined ? {} : { control }]),
    ),
    seeds: [...new Set(planned.map((run) => run.seed))],
    teacherSeeds: [...new Set(planned.map((run) => run.teacherSeed))],
    ...(primary === undefined ? {} : { primary }),
  } as unknown as Study;
  return {
    study,
    numerics: 'wasm-fma-1',
    digest: 'ab'.repeat(32),
    routes: [],
    runs: planned,
  } as unknown as Plan;
}

async function writeRun(store: NodeStore, study: SyntheticStudy, run: SyntheticRun): Promise<void> {
  const { seed, teacherSeed = 0, condition, metrics, digest = 'ab'.repeat(16), finished = true } = run;
  const journal = await Journal.open(store, 'journal.jsonl', { now: () => 1000 });
  const tags = {
    'cairn.study': study.id,
    'cairn.profile': study.profile,
    'cairn.seed': String(seed),
    'cairn.config': run.hash ?? `hash-${idOf(run)}`,
    'cairn.numerics': run.numerics ?? 'wasm-fma-1',
    'cairn.condition': condition,
    'cairn.teacher_seed': String(teacherSeed),
    'cairn.route': `route-${teacherSeed}`,
  };
  const result = {
    last: metrics,
    best: { epoch: 1, metrics },
    weightsSha256: 'cd'.repeat(32),
    stages: [],
    epochs: 12,
    cost: { images: 1000, student: run.multiplyAdds ?? 1e9, teacher: 0, search: 0 },
    seconds: 3,
  };
  const records: RunRecord[] = [
    { type: 'run_start', uid: idOf(run), experiment: study.id, name: idOf(run), startTime: 1, tags },
    { type: 'params', params: { seed: String(seed), 'training.epochs': '12', ...run.params } },
    { type: 'dataset', name: 'textures', digest, source: 'textures', context: 'test', rows: 100 },
    ...(run.right === undefined ? [] : [await writeRight(store, run.right)]),
    { type: 'result', result },
    ...(finished ? [{ type: 'run_end', status: 'FINISHED', endTime: 2 } as const] : []),
  ];
  for (const record of records) journal.record(record);
  await journal.flush();
}

async function writeRight(store: NodeStore, right: string): Promise<RunRecord> {
  const [path, file] = ['test-last.safetensors', 'artifacts/test-last.safetensors'];
  const predicted = Int32Array.from(right, Number);
  const bytes = await writeOutcomes({ predicted, labels: new Int32Array(right.length).fill(1) });
  await store.write(file, bytes);
  return { type: 'artifact', path, file, sha256: await sha256(bytes), bytes: bytes.length };
}

/** Accuracies and KL per seed. */
export function runsOf(
  condition: string,
  accuracy: readonly number[],
  kl: readonly number[],
  more: Partial<SyntheticRun> = {},
): SyntheticRun[] {
  return accuracy.map((top1, seed) => ({
    condition,
    seed,
    metrics: { 'test/top1': top1, ...(kl[seed] === undefined ? {} : { 'test/kl': kl[seed] }) },
    ...more,
  }));
}

/** Three seeds that can be worked by hand. */
export const small: SyntheticStudy = {
  id: 'small',
  profile: 'default',
  conditions: { kd: undefined, 'kd-restarts': undefined, 'rco-eei': 'kd-restarts' },
  runs: [
    ...runsOf('kd', [0.655, 0.661, 0.667], [0.31, 0.3, 0.32]),
    ...runsOf('kd-restarts', [0.675, 0.68, 0.685], [0.212, 0.214, 0.213], { multiplyAdds: 4e9 }),
    ...runsOf('rco-eei', [0.678, 0.681, 0.69], [0.198, 0.2, 0.202], { multiplyAdds: 4e9 }),
  ],
};

/** A folder that goes when the test ends. */
export function emptyHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'cairn-compare-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
  return home;
}

/** Runs one command line there. */
export const cairn = async (home: string, line: string): Promise<Outcome> => {
  const { code, out, err } = await command(line, {
    env: { CAIRN_HOME: home, LANG: 'C.UTF-8', INIT_CWD: home },
  });
  return { code, out: `\n${out}`, err: `\n${err.replaceAll(home, '<home>')}` };
};
