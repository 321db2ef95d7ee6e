/** A command line of `cairn` in a process of its own, with nothing of the environment's MLflow. */
import { spawn } from 'node:child_process';
import { RunError } from '@cairn/core';

/**
 * @param program a file of this benchmark that starts `cairn`
 * @param variables beside those of the environment; `CAIRN_HOME` among them
 * @throws CAIRN_BENCH_STUDY
 */
export async function runCairn(
  program: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  const { MLFLOW_TRACKING_URI: _, ...env } = process.env;
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...env, ...variables },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code === 0) return;
  throw new RunError('CAIRN_BENCH_STUDY', `cairn ${args.join(' ')} ended with code ${code}`, {
    fix: said.trim().split('\n'),
  });
}
