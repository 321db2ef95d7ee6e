/**
 * What a journal says, in MLflow's words: a pure function of its lines. Every list grows at its end and every tag is
 * decided by the lines so far, so that what is new is the difference between two prefixes. No server is known here.
 */
import type { RunRecord } from '@cairn/core';
import { safeKey, type DatasetInput, type Metric } from 'mlflow-js-client';
import type { JournalEntry } from '../records.ts';
import { describeRun } from './describe.ts';
import { paramNames } from './param-names.ts';
import { resultMetrics, resultTags } from './result.ts';

/** A file of the run's folder and where it goes. */
export interface ProjectedFile {
  /** On the server. */
  readonly path: string;
  /** In the run's folder. */
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** An anchor that taught, by the digest of its weights. */
export interface AnchorUse {
  readonly sha256: string;
  /** Of the teacher's training. */
  readonly step: number;
}

export interface FinalStudent {
  readonly file: string;
  readonly sha256: string;
  /** Of the student's life. */
  readonly epoch: number;
}

/** A journal, or the beginning of one, for MLflow. */
export interface Projection {
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly metrics: readonly Metric[];
  readonly datasets: readonly DatasetInput[];
  readonly files: readonly ProjectedFile[];
  readonly anchors: readonly AnchorUse[];
  readonly student: FinalStudent | undefined;
  /** Whole results: the last is the one that counts. */
  readonly results: readonly Extract<RunRecord, { type: 'result' }>[];
}

type Of<T extends RunRecord['type']> = Extract<RunRecord, { type: T }>;

export function project(entries: readonly JournalEntry[]): Projection {
  const records = entries.flatMap((e) => (e.kind === 'record' ? [e.record] : []));
  const all = <T extends RunRecord['type']>(type: T): Of<T>[] =>
    records.filter((r): r is Of<T> => r.type === type);
  const start = all('run_start')[0];
  const own = Object.assign({}, start?.tags, ...all('tags').map((r) => r.tags)) as Record<string, string>;
  const role = own['cairn.role'] === 'teacher' ? 'teacher' : 'student';
  const params = Object.assign({}, ...all('params').map((r) => r.params)) as Record<string, string>;
  const metrics = metricsOf(entries);
  const anchors = all('anchor');
  return {
    params: paramNames(params, role),
    tags: {
      ...own,
      // Lists are grouped by it: teachers are a group too.
      ...(role === 'teacher' ? { 'cairn.condition': 'teacher' } : {}),
      ...runTags(start),
      ...(start === undefined ? {} : mlflowTags(own)),
      ...switchTags(anchors),
      ...nonFiniteTags(metrics),
      ...unknownTags(entries),
      ...resultTags(all('result').at(-1)?.result ?? {}),
      ...(start === undefined ? {} : { 'mlflow.note.content': describeRun({ start, tags: own, anchors }) }),
    },
    metrics,
    datasets: all('dataset').map(datasetOf),
    files: all('artifact').map(({ path, file, sha256, bytes }) => ({ path, file, sha256, bytes })),
    anchors: firstUses(anchors),
    student: role === 'student' ? finalStudent(all('weights')) : undefined,
    results: all('result'),
  };
}

function runTags(start: Of<'run_start'> | undefined): Record<string, string> {
  return start === undefined ? {} : { 'cairn.run_uid': start.uid };
}

/** What MLflow's own pages show of a run. */
function mlflowTags(tags: Readonly<Record<string, string>>): Record<string, string> {
  const { 'cairn.command': command, 'cairn.commit': commit, 'cairn.diff': diff } = tags;
  return {
    'mlflow.source.type': 'LOCAL',
    ...(command === undefined ? {} : { 'mlflow.source.name': command }),
    ...(commit === undefined || commit.startsWith('unknown') ? {} : { 'mlflow.source.git.commit': commit }),
    ...(diff === undefined || diff === 'none' ? {} : { 'mlflow.source.git.dirty': 'true' }),
  };
}

/** `cairn.anchors` in their order, and each switch with its reason. */
function switchTags(anchors: readonly Of<'anchor'>[]): Record<string, string> {
  if (anchors.length === 0) return {};
  const names = anchors.map((a) => a.anchors.map(({ step }) => step).join('+'));
  const width = String(anchors.length).length;
  const switches = anchors.map(({ epoch, reason }, i) => {
    const place = String(i + 1).padStart(Math.max(2, width), '0');
    return [`cairn.switch.${place}`, `epoch ${rounded(epoch)}: step ${names[i] ?? ''}, ${reason}`] as const;
  });
  return { 'cairn.anchors': names.join(' > '), ...Object.fromEntries(switches) };
}

function rounded(epoch: number): string {
  return String(Number(epoch.toFixed(2)));
}

/** Points in the journal's order. MLflow wants whole steps: an epoch in the middle counts for the next. */
function metricsOf(entries: readonly JournalEntry[]): Metric[] {
  return entries.flatMap((entry): Metric[] => {
    if (entry.kind !== 'record') return [];
    const { record } = entry;
    if (record.type === 'metrics') {
      return record.metrics.map(([key, value, step, time]) => ({
        key: safeKey(key),
        value,
        step: Math.ceil(step),
        timestamp: Math.trunc(time),
      }));
    }
    return record.type === 'result' ? resultMetrics(record.result, Math.trunc(entry.time)) : [];
  });
}

/** NaN and infinities have broken MLflow's run page: they are counted instead. */
function nonFiniteTags(metrics: readonly Metric[]): Record<string, string> {
  const found = Map.groupBy(
    metrics.filter(({ value }) => !Number.isFinite(value)),
    ({ key }) => key,
  );
  return Object.fromEntries(
    [...found].map(([key, points]) => [
      `cairn.nonfinite.${key}`,
      `${points.length}, first at step ${Math.min(...points.map(({ step }) => step))}`,
    ]),
  );
}

function unknownTags(entries: readonly JournalEntry[]): Record<string, string> {
  const types = new Set(entries.flatMap((e) => (e.kind === 'unknown' ? [e.type] : [])));
  return types.size === 0 ? {} : { 'cairn.unknown_records': [...types].join(', ') };
}

/** MLflow knows a data set by name and digest alone, and has one context for each: the name says the part. */
function datasetOf({ name, digest, source, context, rows }: Of<'dataset'>): DatasetInput {
  return {
    name: `${name}-${context}`,
    digest: digest.slice(0, 32),
    sourceType: 'cairn',
    source: JSON.stringify({ dataset: source }),
    profile: JSON.stringify({ num_rows: rows }),
    context,
  };
}

function firstUses(anchors: readonly Of<'anchor'>[]): AnchorUse[] {
  const uses = anchors.flatMap((a) => a.anchors.map(({ step, hash }) => ({ step, sha256: hash })));
  return [...new Map(uses.map((use) => [use.sha256, use])).values()];
}

function finalStudent(weights: readonly Of<'weights'>[]): FinalStudent | undefined {
  const last = weights.findLast(({ role }) => role === 'last');
  return last === undefined ? undefined : { file: last.file, sha256: last.sha256, epoch: last.epoch };
}
