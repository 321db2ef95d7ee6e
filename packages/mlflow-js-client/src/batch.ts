/**
 * A batch of any length as requests of `log-batch`. Params go first and alone: one that the run has with another
 * value is refused together with all that follows in its request.
 */
import type { LogBatch, LogOptions, LogReport } from './api.ts';
import { encodeMetric, encodeText, limits } from './codec.ts';
import type { Metric, Scalar, Warning } from './types.ts';

export interface BatchPlan {
  /** JSON texts. */
  readonly bodies: readonly string[];
  readonly report: LogReport;
}

type Kind = 'params' | 'metrics' | 'tags';

interface Entry {
  readonly kind: Kind;
  readonly json: string;
}

/** Throws what is invalid before anything is sent. */
export function planBatch(runId: string, batch: LogBatch, options: LogOptions = {}): BatchPlan {
  const warnings: Warning[] = [];
  const params = encodeTexts('param', batch.params, options, warnings);
  const tags = encodeTexts('tag', batch.tags, options, warnings);
  const points = options.nonFinite === 'send' ? (batch.metrics ?? []) : finite(batch.metrics ?? [], warnings);
  const metrics = points.map((metric): Entry => ({
    kind: 'metrics',
    json: JSON.stringify(encodeMetric(metric)),
  }));
  const bodies = [...pack(params), ...pack([...metrics, ...tags])].map((part) => body(runId, part));
  const report: LogReport = {
    requests: bodies.length,
    metrics: metrics.length,
    params: params.length,
    tags: tags.length,
    warnings,
  };
  return { bodies, report };
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
export function finite(metrics: readonly Metric[], warnings: Warning[]): readonly Metric[] {
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
function pack(entries: readonly Entry[]): Entry[][] {
  const parts: Entry[][] = [];
  let part: Entry[] = [];
  let counts = { params: 0, metrics: 0, tags: 0 };
  let bytes = 0;
  for (const entry of entries) {
    const size = Buffer.byteLength(entry.json) + 1;
    const full =
      counts[entry.kind] >= limits[entry.kind] ||
      part.length >= limits.entries ||
      (part.length > 0 && bytes + size > limits.bytes - 1000);
    if (full || part.length === 0) {
      parts.push((part = []));
      counts = { params: 0, metrics: 0, tags: 0 };
      bytes = 0;
    }
    part.push(entry);
    counts[entry.kind]++;
    bytes += size;
  }
  return parts;
}

function body(runId: string, part: readonly Entry[]): string {
  const list = (kind: Kind): string =>
    part
      .filter((entry) => entry.kind === kind)
      .map(({ json }) => json)
      .join(',');
  return `{"run_id":${JSON.stringify(runId)},"params":[${list('params')}],"metrics":[${list('metrics')}],"tags":[${list('tags')}]}`;
}
