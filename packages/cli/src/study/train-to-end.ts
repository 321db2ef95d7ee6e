/** A training whose journal says how it ended, also where it did not end well. */
import { RunError } from '@cairn/core';
import { trainRun, type RunEnvironment, type RunResult, type RunSpec } from '@cairn/engine';

/** As `trainRun`; a failure leaves `FAILED` in the journal, an interruption `KILLED`. Both can be gone on with. */
export async function trainToEnd(spec: RunSpec, environment: RunEnvironment): Promise<RunResult> {
  try {
    return await trainRun(spec, environment);
  } catch (error) {
    await recordEnd(environment, error instanceof RunError && error.code === 'CAIRN_INTERRUPTED');
    throw error;
  }
}

async function recordEnd({ journal, header, now }: RunEnvironment, interrupted: boolean): Promise<void> {
  if (journal.position === 0) for (const record of header) journal.record(record);
  const status = interrupted ? 'KILLED' : 'FAILED';
  journal.record({ type: 'run_end', status, endTime: Math.round(now()) });
  // The failure itself is told. Where the disk was its cause, the journal fails with it.
  await journal.flush().catch(() => undefined);
}
