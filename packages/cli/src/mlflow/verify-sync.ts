/** `cairn sync --verify`: everything in the journals, read back from the server. */
import type { MlflowClient } from 'mlflow-js-client';
import { projectRun, type StudyReport, type StudySource } from '@cairn/tracking';

export interface Verified {
  readonly name: string;
  /** Values that were compared. */
  readonly compared: number;
  /** A sentence each. */
  readonly differences: readonly string[];
}

export async function verifySync(
  client: MlflowClient,
  source: StudySource,
  { runs }: StudyReport,
  signal: AbortSignal,
): Promise<readonly Verified[]> {
  const sources = await source.runs();
  const verified: Verified[] = [];
  for (const { name, runId } of runs) {
    const run = sources.find((each) => each.name === name);
    // The parent's tags are the page's, and what is superseded is marked.
    if (run === undefined || run.superseded === true) continue;
    const { params, tags, metrics, datasets, files } = await projectRun(run);
    const artifacts = files.map(({ path, bytes }) => ({ path, bytes }));
    const sent = { params, tags, metrics, datasets, artifacts };
    const { compared, differences } = await client.verify(runId, sent, { signal });
    verified.push({
      name,
      compared: Object.values(compared).reduce((sum, n) => sum + n, 0),
      differences: differences.map(({ message }) => message),
    });
  }
  return verified;
}
