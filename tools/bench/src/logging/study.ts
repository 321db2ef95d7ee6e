/** A whole study with and without somebody who sends it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isRecord } from '@cairn/core';
import { seconds } from '../harness/index.ts';
import { runCairn } from '../study/command.ts';

export interface StudyTime {
  /** From the command to its table. */
  readonly wall: number;
  /** Processor seconds of the process that watches over the workers and sends. */
  readonly parent: number;
}

const program = fileURLToPath(new URL('./cairn.ts', import.meta.url));

/** @param uri where MLflow is; nowhere without one @throws CAIRN_BENCH_STUDY */
export async function timeStudy(profile: string, uri: string | undefined): Promise<StudyTime> {
  const home = await mkdtemp(join(tmpdir(), 'cairn-bench-'));
  const usage = join(home, 'usage.json');
  try {
    const args = ['run', 'bench', `--profile=${profile}`, '--cache-limit=0'];
    const server = uri === undefined ? {} : { MLFLOW_TRACKING_URI: uri };
    const wall = await seconds(() =>
      runCairn(program, args, { CAIRN_HOME: home, CAIRN_BENCH_USAGE: usage, ...server }),
    );
    const used: unknown = JSON.parse(await readFile(usage, 'utf8'));
    return { wall, parent: isRecord(used) ? Number(used['seconds']) : NaN };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
