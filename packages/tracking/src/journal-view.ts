import type { JsonObject, RunRecord, Store } from '@cairn/core';
import { isCounted, type JournalEntry } from './records.ts';
import { readLines } from './read-lines.ts';

type Of<T extends RunRecord['type']> = Extract<RunRecord, { type: T }>;

/** One value of a series. */
export interface MetricSample {
  readonly value: number;
  readonly step: number;
  readonly time: number;
}

/** What a journal says of its run. */
export interface JournalView {
  readonly start?: Of<'run_start'>;
  readonly params: Readonly<Record<string, string>>;
  /** Those of the start included; later ones win. */
  readonly tags: Readonly<Record<string, string>>;
  /** Series by key, in the order written. */
  readonly metrics: ReadonlyMap<string, readonly MetricSample[]>;
  readonly datasets: readonly Of<'dataset'>[];
  readonly artifacts: readonly Of<'artifact'>[];
  readonly anchors: readonly Of<'anchor'>[];
  readonly stages: readonly JsonObject[];
  readonly weights: readonly Of<'weights'>[];
  readonly results: readonly JsonObject[];
  /** Absent while the run goes on, or where its process died without a word. */
  readonly end?: Of<'run_end'>;
  /** Records with an ordinal. */
  readonly records: number;
  /** Times at which the run went on, and the ordinal from which. */
  readonly resumes: readonly { readonly time: number; readonly records: number }[];
  /** Records of types that this version does not know. */
  readonly unknown: readonly { readonly type: string; readonly data: JsonObject }[];
  /** Bytes of a torn last line. */
  readonly tornBytes: number;
}

/**
 * Reads a journal's bytes.
 * @param file its name, for messages
 * @throws CAIRN_JOURNAL_DAMAGED, CAIRN_JOURNAL_VERSION
 */
export function readJournal(bytes: Uint8Array, file: string): JournalView {
  const { entries, tornBytes } = readLines(bytes, file);
  return { ...viewOf(entries), tornBytes };
}

/** Reads a journal of a store; undefined where there is none. @throws as `readJournal` */
export async function loadJournal(store: Store, path: string): Promise<JournalView | undefined> {
  const bytes = await store.read(path);
  return bytes === undefined ? undefined : readJournal(bytes, `${store.location}/${path}`);
}

export function viewOf(entries: readonly JournalEntry[]): JournalView {
  const records = entries.flatMap((e) => (e.kind === 'record' ? [e.record] : []));
  const all = <T extends RunRecord['type']>(type: T): Of<T>[] =>
    records.filter((r): r is Of<T> => r.type === type);
  const start = all('run_start')[0];
  const end = endOf(entries);
  return {
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    params: Object.assign({}, ...all('params').map((r) => r.params)) as Record<string, string>,
    tags: Object.assign({}, start?.tags, ...all('tags').map((r) => r.tags)) as Record<string, string>,
    metrics: seriesOf(all('metrics')),
    datasets: all('dataset'),
    artifacts: all('artifact'),
    anchors: all('anchor'),
    stages: all('stage').map((r) => r.stage),
    weights: all('weights'),
    results: all('result').map((r) => r.result),
    records: entries.filter((e) => isCounted(typeOf(e))).length,
    resumes: entries.flatMap((e) => (e.kind === 'resume' ? [{ time: e.time, records: e.records }] : [])),
    unknown: entries.flatMap((e) => (e.kind === 'unknown' ? [{ type: e.type, data: e.data }] : [])),
    tornBytes: 0,
  };
}

export function typeOf(entry: JournalEntry): string {
  if (entry.kind === 'record') return entry.record.type;
  return entry.kind === 'resume' ? 'resume' : entry.type;
}

/** The last end, unless the run went on after it. */
function endOf(entries: readonly JournalEntry[]): Of<'run_end'> | undefined {
  const last = entries.findLast((e) => !isCounted(typeOf(e)));
  return last?.kind === 'record' && last.record.type === 'run_end' ? last.record : undefined;
}

function seriesOf(records: readonly Of<'metrics'>[]): Map<string, MetricSample[]> {
  const series = new Map<string, MetricSample[]>();
  for (const [key, value, step, time] of records.flatMap((r) => r.metrics)) {
    const samples = series.get(key) ?? [];
    samples.push({ value, step, time });
    series.set(key, samples);
  }
  return series;
}
