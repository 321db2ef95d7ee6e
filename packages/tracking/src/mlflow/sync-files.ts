/** A run's files: those that its journal names, its configuration, its result, and tables that MLflow shows. */
import { sha256, type JsonObject } from '@cairn/core';
import type { Run } from 'mlflow-js-client';
import type { ProjectedFile } from './project.ts';
import { stageTable } from './result.ts';
import { LARGEST, megabytes, schemeOf } from './sync-models.ts';
import type { SyncSession } from './session.ts';
import type { PageFile, RunSource } from './source.ts';

interface Place {
  readonly session: SyncSession;
  readonly run: Run;
  readonly source: RunSource;
  readonly signal: AbortSignal | undefined;
}

/** @returns what was left out, a sentence each */
export async function sendJournalled(
  place: Place,
  files: readonly ProjectedFile[],
): Promise<readonly string[]> {
  const left: string[] = [];
  for (const file of files) {
    const bytes = await place.source.store.read(file.file);
    if (bytes === undefined) left.push(`${file.path}: not on this disk`);
    else if ((await sha256(bytes)) !== file.sha256) left.push(`${file.path}: not the file that was recorded`);
    else left.push(...(await sendFiles(place, [{ path: file.path, body: bytes }])));
  }
  return left;
}

/** The same names in every run, so that MLflow can show them side by side. @returns as `sendJournalled` */
export async function sendFiles(place: Place, files: readonly PageFile[]): Promise<readonly string[]> {
  const { session, run, signal } = place;
  const { largestFile = LARGEST } = session.options;
  const { artifacts } = session.client;
  const left: string[] = [];
  for (const { path, body } of files) {
    const size = typeof body === 'string' ? new TextEncoder().encode(body).length : body.length;
    if (!artifacts.canUpload(run)) left.push(`${path}: no way to put files to ${schemeOf(run.artifactUri)}`);
    else if (size > largestFile)
      left.push(`${path}: ${megabytes(size)}, stays in ${place.source.store.location}`);
    else await artifacts.upload(run, path, body, { signal });
  }
  return left;
}

/** `config.json`: the run's whole specification. */
export async function configFile({ store }: RunSource): Promise<readonly PageFile[]> {
  const bytes = await store.read('run.json');
  return bytes === undefined ? [] : [{ path: 'config.json', body: bytes }];
}

/** All numbers of a result, and its stages as a table. */
export function resultFiles(result: JsonObject): readonly PageFile[] {
  return [
    { path: 'result.json', body: `${JSON.stringify(result, spelled, 1)}\n` },
    { path: STAGES, body: `${JSON.stringify(stageTable(result), spelled)}\n` },
  ];
}

export const STAGES = 'tables/stages.json';

/** The tag by which MLflow's table view finds its tables. */
export function tablesTag(paths: readonly string[]): Record<string, string> {
  return { 'mlflow.loggedArtifacts': JSON.stringify(paths.map((path) => ({ path, type: 'table' }))) };
}

function spelled(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
