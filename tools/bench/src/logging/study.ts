/** A whole study with and without somebody who sends it. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isRecord, RunError } from '@cairn/core';

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
    const begin = performance.now();
    const args = [program, 'run', 'bench', `--profile=${profile}`, '--cache-limit=0'];
    const { MLFLOW_TRACKING_URI: _, ...env } = process.env;
    const child = spawn(process.execPath, args, {
      env: {
        ...env,
        CAIRN_HOME: home,
        CAIRN_BENCH_USAGE: usage,
        ...(uri === undefined ? {} : { MLFLOW_TRACKING_URI: uri }),
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    const wall = (performance.now() - begin) / 1000;
    if (code !== 0)
      throw new RunError('CAIRN_BENCH_STUDY', `cairn run ended with code ${code}`, {
        fix: said.trim().split('\n'),
      });
    const used: unknown = JSON.parse(await readFile(usage, 'utf8'));
    return { wall, parent: isRecord(used) ? Number(used['seconds']) : NaN };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
