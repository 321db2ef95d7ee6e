/** Reads a run back. MLflow may answer 200 and keep less than it was sent, so what counts is what it gives again. */
import { posix } from 'node:path';
import type { ArtifactsApi, Difference, RunsApi, Sent, Verification, VerifyOptions } from './api.ts';
import { encodeText } from './encode.ts';
import type { DatasetInput, Metric, Run, Scalar, Texts } from './types.ts';

type Add = (kind: Difference['kind'], key: string, message: string) => void;

export async function verify(
  runs: RunsApi,
  artifacts: ArtifactsApi,
  runId: string,
  sent: Sent,
  options: VerifyOptions = {},
): Promise<Verification> {
  const differences: Difference[] = [];
  const add: Add = (kind, key, message) => void differences.push({ kind, key, message });
  const run = await runs.get(runId, options);

  compareRun(run, sent, add);
  const params = compareTexts('param', sent.params, run.params, add);
  const tags = compareTexts('tag', sent.tags, run.tags, add);
  for (const dataset of sent.datasets ?? []) compareDataset(dataset, run, add);

  const sending = options.nonFinite === 'send';
  const points = (sent.metrics ?? []).filter(({ value }) => sending || Number.isFinite(value));
  for (const [key, expected] of byKey(points)) {
    const found: Metric[] = [];
    for await (const metric of runs.metricHistory(runId, key, options)) found.push(metric);
    comparePoints(key, expected, found, options.exact === true, add);
  }
  await compareArtifacts(artifacts, run, sent, options, add);
  const compared = {
    metrics: points.length,
    params,
    tags,
    datasets: sent.datasets?.length ?? 0,
    artifacts: sent.artifacts?.length ?? 0,
  };
  return { ok: differences.length === 0, differences, compared };
}

function compareRun(run: Run, { status, endTime }: Sent, add: Add): void {
  if (status !== undefined && run.status !== status)
    add('run', 'status', `status: ${status} was sent, ${run.status} is there`);
  if (endTime !== undefined && run.endTime !== Math.trunc(endTime))
    add('run', 'endTime', `end time: ${endTime} was sent, ${run.endTime ?? 'none'} is there`);
}

function compareTexts(
  kind: 'param' | 'tag',
  sent: Readonly<Record<string, Scalar>> = {},
  there: Texts,
  add: Add,
): number {
  const entries = Object.entries(sent);
  for (const [key, value] of entries) {
    const { text } = encodeText(kind, key, value);
    const found = Object.hasOwn(there, key) ? there[key] : undefined;
    if (found !== text) add(kind, key, `${kind} ${key}: ${shown(text)} was sent, ${shown(found)} is there`);
  }
  return entries.length;
}

function compareDataset(sent: DatasetInput, run: Run, add: Add): void {
  const { name, digest } = sent;
  const same = run.datasets.filter((found) => found.name === name && found.digest === digest);
  if (same.length === 0) {
    add('dataset', name, `dataset ${name} (${digest}): is not there`);
    return;
  }
  const parts = ['sourceType', 'source', 'schema', 'profile', 'context'] as const;
  // A dataset may be there once for each context.
  const differing = same.map((found) => parts.filter((part) => (found[part] ?? '') !== (sent[part] ?? '')));
  const nearest = differing.reduce((a, b) => (b.length < a.length ? b : a));
  if (nearest.length > 0) add('dataset', name, `dataset ${name} (${digest}): other ${nearest.join(', ')}`);
}

function byKey(points: readonly Metric[]): Map<string, Metric[]> {
  const groups = new Map<string, Metric[]>();
  for (const point of points) {
    const group = groups.get(point.key);
    if (group === undefined) groups.set(point.key, [point]);
    else group.push(point);
  }
  return groups;
}

function comparePoints(
  key: string,
  sent: readonly Metric[],
  found: readonly Metric[],
  exact: boolean,
  add: Add,
): void {
  const there = new Map<string, number>();
  for (const point of found) there.set(identity(point), (there.get(identity(point)) ?? 0) + 1);
  const wanted = new Map(sent.map((point) => [identity(point), point]));
  const missing = [...wanted].filter(([id]) => !there.has(id)).map(([, point]) => point);
  if (missing[0] !== undefined) {
    const at = found.filter(({ step }) => step === missing[0]?.step).map(({ value }) => value);
    const instead = at.length === 0 ? 'nothing is there' : `${at.join(', ')} is there`;
    add(
      'metric',
      key,
      `metric ${key}: ${missing.length} of ${wanted.size} points missing, the first at step ${missing[0].step}: ` +
        `${missing[0].value} was sent, ${instead}`,
    );
  }
  const twice = [...there].filter(([id, n]) => n > 1 && wanted.has(id)).length;
  if (twice > 0) add('metric', key, `metric ${key}: points that are there more than once: ${twice}`);
  const others = [...there.keys()].filter((id) => !wanted.has(id)).length;
  if (exact && others > 0) add('metric', key, `metric ${key}: points that were not sent: ${others}`);
}

/** Stores have no infinity, so the largest number stands for it. -0 and 0 are one. */
function identity({ value, step, timestamp }: Metric): string {
  const kept = Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value));
  return `${step} ${Math.trunc(timestamp)} ${kept}`;
}

async function compareArtifacts(
  artifacts: ArtifactsApi,
  run: Run,
  { artifacts: sent = [] }: Sent,
  options: VerifyOptions,
  add: Add,
): Promise<void> {
  const folders = new Set(sent.map(({ path }) => posix.dirname(path)));
  const sizes = new Map<string, number | undefined>();
  for (const folder of folders)
    for (const { path, bytes } of await artifacts.list(run, folder === '.' ? '' : folder, options))
      sizes.set(path, bytes);
  for (const { path, bytes } of sent) {
    const found = sizes.get(path);
    if (!sizes.has(path)) add('artifact', path, `artifact ${path}: is not there`);
    else if (found !== bytes)
      add('artifact', path, `artifact ${path}: ${bytes} bytes were sent, ${found ?? 'a folder'} is there`);
  }
}

function shown(text: string | undefined): string {
  if (text === undefined) return 'nothing';
  const json = JSON.stringify(text);
  return json.length <= 60 ? json : `${json.slice(0, 50)}…" (${text.length} characters)`;
}
