import { randomUUID } from 'node:crypto';
import { isPluginData, isRecord, optionPath, type RunRecord } from '@cairn/core';
import type { RunSpec } from '@cairn/engine';
import { version } from '../version.ts';
import { provenanceTags } from './provenance.ts';
import type { WorkerGround } from './worker.ts';

export const JOURNAL = 'journal.jsonl';

export interface RunHeader {
  readonly name: string;
  /** What decides whether the run may be reused. */
  readonly hash: string;
  readonly spec: RunSpec;
  readonly tags: Readonly<Record<string, string>>;
}

/** The first records of a journal: who, what, on which data. */
export function headerRecords({ work, splits }: WorkerGround, header: RunHeader): RunRecord[] {
  const { study, numerics } = work.plan;
  const { spec, hash, name } = header;
  const tags = {
    'cairn.study': study.id,
    'cairn.profile': work.profile,
    'cairn.role': spec.role,
    'cairn.seed': String(spec.seed),
    'cairn.config': hash,
    'cairn.numerics': numerics,
    'cairn.version': version,
    ...(work.provenance === undefined ? {} : provenanceTags(work.provenance)),
    ...header.tags,
  };
  const { id } = splits.spec;
  const digest = splits.digest.slice(0, 32);
  return [
    { type: 'run_start', uid: randomUUID(), experiment: study.id, name, startTime: Date.now(), tags },
    { type: 'params', params: flatten(spec) },
    { type: 'dataset', name: id, digest, source: id, context: 'train', rows: splits.train.size },
    { type: 'dataset', name: id, digest, source: id, context: 'test', rows: splits.test.size },
  ];
}

/** Options by their path, such as `model.depth`; a plugin's id stands at its own path. */
export function flatten(value: unknown, path: readonly string[] = []): Record<string, string> {
  if (value === undefined) return {};
  if (isPluginData(value)) return { [optionPath(path)]: value.id, ...flatten(value.options, path) };
  if (Array.isArray(value) && value.some(isRecord)) {
    return Object.assign({}, ...value.map((item, i) => flatten(item, [...path, String(i)]))) as Record<
      string,
      string
    >;
  }
  if (!isRecord(value))
    return { [optionPath(path)]: typeof value === 'string' ? value : JSON.stringify(value) };
  return Object.assign(
    {},
    ...Object.entries(value).map(([key, item]) => flatten(item, [...path, key])),
  ) as Record<string, string>;
}
