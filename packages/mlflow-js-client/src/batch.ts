/**
 * A batch of any length as requests of `log-batch`. Params go first and alone: one that the run has with another
 * value is refused together with all that follows in its request.
 */
import type { LogBatch, LogOptions, LogReport } from './api.ts';
import { encodeMetric, encodeText, limits } from './encode.ts';
import type { Metric, Scalar, Warning } from './types.ts';

export interface BatchPlan {
  /** JSON texts. */
  readonly bodies: readonly string[];
  readonly report: LogReport;
}

type Kind = 'params' | 'metrics' | 'tags' | 'datasets';

export interface Entry {
  readonly kind: Kind;
  readonly json: string;
}

/** Throws what is invalid before anything is sent. */
export function planBatch(runId: string, batch: LogBatch, options: LogOptions = {}): BatchPlan {
  const warnings: Warning[] = [];
  const params = encodeTexts('param', batch.params, options, warnings);
  const tags = encodeTexts('tag', batch.tags, options, warnings);
  const given = batch.metrics ?? [];
  const points = options.nonFinite === 'send' ? given : finite(given, warnings);
  const metrics = points.map((point): Entry => ({
    kind: 'metrics',
    json: JSON.stringify(encodeMetric(point)),
  }));
  const bodies = [...requestBodies(runId, params), ...requestBodies(runId, [...metrics, ...tags])];
  const counts = { metrics: metrics.length, params: params.length, tags: tags.length };
  return { bodies, report: { requests: bodies.length, ...counts, warnings } };
}

function encodeTexts(
  kind: 'param' | 'tag',
  values: Readonly<Record<string, Scalar>> = {},
  { tooLong }: LogOptions,
  warnings: Warning[],
): Entry[] {
  return Object.entries(values).map(([key, value]) => {
    const encoded = encodeText(kind, key, value, tooLong);
    warnings.push(...encoded.warnings);
    return { kind: `${kind}s`, json: JSON.stringify({ key, value: encoded.text }) };
  });
}

/** Leaves NaN and ±Infinity out, with one warning for each key. */
function finite(metrics: readonly Metric[], warnings: Warning[]): readonly Metric[] {
  const left = new Map<string, { count: number; firstStep: number }>();
  const kept = metrics.filter(({ key, value, step }) => {
    if (Number.isFinite(value) || typeof value !== 'number') return true;
    const seen = left.get(key);
    left.set(key, { count: (seen?.count ?? 0) + 1, firstStep: Math.min(seen?.firstStep ?? step, step) });
    return false;
  });
  for (const [key, { count, firstStep }] of left) {
    const message = `${count} value${count === 1 ? '' : 's'} of ${key} from step ${firstStep} on: not finite, not sent`;
    warnings.push({ kind: 'non-finite', key, message, count, firstStep });
  }
  return kept;
}

/** As few requests as the limits allow, in the order given. */
export function requestBodies(runId: string, entries: readonly Entry[]): string[] {
  const parts: Entry[][] = [];
  let part: Entry[] = [];
  let counts: Partial<Record<Kind, number>> = {};
  let bytes = 0;
  for (const entry of entries) {
    const { kind, json } = entry;
    const size = Buffer.byteLength(json) + 1;
    const full =
      (counts[kind] ?? 0) >= limits[kind] ||
      part.length >= limits.entries ||
      bytes + size > limits.bytes - 1000;
    if (full || part.length === 0) {
      parts.push((part = []));
      counts = {};
      bytes = 0;
    }
    part.push(entry);
    counts[kind] = (counts[kind] ?? 0) + 1;
    bytes += size;
  }
  return parts.map((each) => body(runId, each));
}

function body(runId: string, part: readonly Entry[]): string {
  const lists = [...new Set(part.map(({ kind }) => kind))].map((kind) => {
    const texts = part.filter((entry) => entry.kind === kind).map(({ json }) => json);
    return `"${kind}":[${texts.join(',')}]`;
  });
  return `{${[`"run_id":${JSON.stringify(runId)}`, ...lists].join(',')}}`;
}
