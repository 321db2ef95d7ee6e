/** Logged models: the anchors that taught a run, and the student that it made. */
import type { Store } from '@cairn/core';
import type { Experiment, LoggedModel, NewLoggedModel, Run } from 'mlflow-js-client';
import type { AnchorUse, FinalStudent } from './project.ts';
import { MODEL_SHA, type SyncSession } from './session.ts';
import type { RunSource } from './source.ts';

interface Place {
  readonly session: SyncSession;
  readonly experiment: Experiment;
  readonly run: Run;
  readonly source: RunSource;
  readonly signal: AbortSignal | undefined;
}

/** A file of weights to go with a model. */
interface Weights {
  readonly store: Store;
  readonly file: string;
}

/**
 * Anchors are one model each for all runs of the experiment, linked as inputs.
 * @returns what was left out, a sentence each
 */
export async function sendAnchors(place: Place, uses: readonly AnchorUse[]): Promise<readonly string[]> {
  const { session, experiment, run, source, signal } = place;
  if (uses.length === 0 || (await session.models(experiment, signal)) === undefined) return [];
  const ids: string[] = [];
  const left: string[] = [];
  for (const use of uses) {
    const anchor = await source.anchor?.(use);
    const name =
      anchor === undefined ? `anchor-step-${use.step}` : `anchor-epoch-${Number(anchor.epoch.toFixed(2))}`;
    const model = await modelOf(place, use.sha256, {
      experimentId: experiment.experimentId,
      name,
      modelType: 'anchor',
      params: { step: use.step, ...(anchor === undefined ? {} : { epoch: anchor.epoch }) },
      tags: { [MODEL_SHA]: use.sha256 },
    });
    ids.push(model.modelId);
    left.push(...(await finish(place, model, anchor)));
  }
  const linked = await session.client.runs.get(run.runId, { signal });
  const missing = ids.filter((id) => !linked.modelInputs.includes(id));
  if (missing.length > 0) await session.client.runs.logModelInputs(run.runId, missing, { signal });
  return left;
}

/** The student as it came out, linked as output at its last epoch. @returns as `sendAnchors` */
export async function sendStudent(
  place: Place,
  student: FinalStudent,
  name: string,
): Promise<readonly string[]> {
  const { session, experiment, run, source, signal } = place;
  if ((await session.models(experiment, signal)) === undefined) return [];
  // Two runs may end with the same weights: each has its own model.
  const digest = `${student.sha256}/${run.runId}`;
  const model = await modelOf(place, digest, {
    experimentId: experiment.experimentId,
    name: safeModelName(name),
    sourceRunId: run.runId,
    modelType: 'student',
    params: { epoch: student.epoch },
    tags: { [MODEL_SHA]: digest },
  });
  const left = await finish(place, model, { store: source.store, file: student.file });
  const linked = await session.client.runs.get(run.runId, { signal });
  if (!linked.modelOutputs.some(({ modelId }) => modelId === model.modelId)) {
    const step = Math.ceil(student.epoch);
    await session.client.runs.logModelOutputs(run.runId, [{ modelId: model.modelId, step }], { signal });
  }
  return left;
}

async function modelOf(place: Place, digest: string, wanted: NewLoggedModel): Promise<LoggedModel> {
  const { session, experiment, signal } = place;
  const known = await session.models(experiment, signal);
  const found = known?.get(digest);
  if (found !== undefined) return found;
  const made = await session.client.models.create(wanted, { signal });
  known?.set(digest, made);
  return made;
}

/** Uploads the weights of a model that is not ready, and says that it is. */
async function finish(
  place: Place,
  model: LoggedModel,
  weights: Weights | undefined,
): Promise<readonly string[]> {
  const { session, experiment, signal } = place;
  if (model.status.endsWith('READY')) return [];
  const left = await sendWeights(place, model, weights);
  if (left.length > 0)
    await session.client.models.setTags(model.modelId, { 'cairn.left_out': left.join('\n') }, { signal });
  const ready = await session.client.models.finish(model.modelId, 'READY', { signal });
  (await session.models(experiment, signal))?.set(model.tags[MODEL_SHA] ?? '', ready);
  return left;
}

async function sendWeights(
  { session, signal }: Place,
  model: LoggedModel,
  weights: Weights | undefined,
): Promise<readonly string[]> {
  const bytes = await weights?.store.read(weights.file);
  if (weights === undefined || bytes === undefined)
    return [`${model.name}: its weights are not on this disk`];
  const { largestFile = LARGEST } = session.options;
  if (bytes.length > largestFile)
    return [`${model.name}: ${megabytes(bytes.length)}, stays in ${weights.store.location}`];
  const { artifacts } = session.client;
  if (!artifacts.canUpload(model))
    return [`${model.name}: no way to put files to ${schemeOf(model.artifactUri)}`];
  const name = weights.file.slice(weights.file.lastIndexOf('/') + 1);
  await artifacts.upload(model, name, bytes, { signal });
  return [];
}

export const LARGEST = 32 * 1024 * 1024;

export function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

export function schemeOf(uri: string): string {
  return uri.slice(0, uri.indexOf(':') + 1) || uri;
}

/** No `/`, `:`, `.`, `%`, quotes in a model's name. */
function safeModelName(name: string): string {
  return name.replaceAll(/[^\w-]/g, '-');
}
