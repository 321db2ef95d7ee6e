/** The whole study as its user runs it: `cairn run` in an empty home. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seconds } from '../harness/index.ts';
import { runCairn } from './command.ts';

export interface OurWay {
  readonly name: string;
  /** What it is to show: a part of the peer's best time. */
  readonly target: { readonly name: string; readonly goal: number };
  /** Whether `doctor --tune` was here before. */
  readonly tuned: boolean;
  /** Of `cairn run`. */
  readonly flags: readonly string[];
}

const alone = ['--cache-limit=0'];
/** Two fixed views of each image: whatever the teacher says of one is worked out once. */
const shared = ['--augmentation.views=2'];

/** The same goals for an installation as it comes and for one that `doctor --tune` has measured. */
export const ourWays: readonly OurWay[] = [
  {
    name: 'cairn, nothing shared',
    target: { name: 'study/nothing-shared', goal: 0.7 },
    tuned: false,
    flags: alone,
  },
  {
    name: 'cairn, fixed views shared',
    target: { name: 'study/views-shared', goal: 0.5 },
    tuned: false,
    flags: shared,
  },
  {
    name: 'cairn tuned, nothing shared',
    target: { name: 'study/nothing-shared-tuned', goal: 0.7 },
    tuned: true,
    flags: alone,
  },
  {
    name: 'cairn tuned, fixed views shared',
    target: { name: 'study/views-shared-tuned', goal: 0.5 },
    tuned: true,
    flags: shared,
  },
];

const program = fileURLToPath(new URL('./cairn.ts', import.meta.url));

/** Seconds from the command to its table. @throws CAIRN_BENCH_STUDY */
export async function timeOurs({ tuned, flags }: OurWay, profile: string): Promise<number> {
  const home = await mkdtemp(join(tmpdir(), 'cairn-bench-'));
  try {
    if (tuned) await cairn(home, ['doctor', '--tune']);
    return await seconds(() => cairn(home, ['run', 'bench', `--profile=${profile}`, ...flags]));
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** What the study will do, as `--plan --json` says it. */
export async function planned(profile: string): Promise<PlanJson> {
  const home = await mkdtemp(join(tmpdir(), 'cairn-bench-'));
  const file = join(home, 'plan.json');
  try {
    await cairn(home, ['run', 'bench', `--profile=${profile}`, '--plan', `--json=${file}`]);
    return JSON.parse(await readFile(file, 'utf8')) as PlanJson;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** The part of the plan's JSON that is of use here. */
export interface PlanJson {
  readonly runs: readonly {
    readonly id: string;
    readonly condition: string;
    readonly seed: number;
    readonly images: number;
    /** Of each stage. */
    readonly epochs: readonly number[];
    /** Steps; their epochs stand in the route's list. */
    readonly anchors: readonly number[];
  }[];
  readonly routes: readonly {
    readonly anchors: readonly { readonly step: number; readonly epoch: number }[];
  }[];
}

const cairn = (home: string, args: readonly string[]): Promise<void> =>
  runCairn(program, args, { CAIRN_HOME: home });
