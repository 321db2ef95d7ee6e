/**
 * What MLflow takes, checked before it is sent: one number that its parser cannot read is answered with 200, and
 * that point and all that follows in the request is lost. Limits are those of `mlflow/utils/validation.py`.
 */
import { invalid } from './errors.ts';
import { checkFields } from './fields.ts';
import type { Metric, Scalar, Warning } from './types.ts';

export const limits = {
  /** Characters (code points). */
  key: 250,
  param: 6000,
  tag: 8000,
  experimentTag: 5000,
  experimentName: 500,
  datasetName: 500,
  datasetDigest: 36,
  datasetSource: 65_535,
  datasetSchema: 1_048_575,
  datasetProfile: 16_777_215,
  datasetContext: 500,
  /** Per request. */
  metrics: 1000,
  params: 100,
  tags: 100,
  datasets: 1000,
  entries: 1000,
  /** Under the 1 MB that proxies and hosted servers allow. */
  bytes: 900_000,
} as const;

const NOT_IN_KEYS = /[^\p{L}\p{N}_/.\- :]/gu;

/** Why MLflow would not take this key; undefined if it would. */
export function keyProblem(key: string): string | undefined {
  const wrong = [...new Set(key.match(NOT_IN_KEYS))];
  if (wrong.length > 0)
    return `has ${JSON.stringify(wrong.join(''))}; letters, digits and the characters _ - . : / and space are allowed`;
  if (key === '') return 'is empty';
  if (key.startsWith('..') || key.split('/').some((part) => part === '' || part === '.' || part === '..'))
    return 'is not a plain path: no / at either end, no //, no . or .. between slashes, no .. in front';
  const length = characters(key);
  return length > limits.key ? `has ${length} characters; ${limits.key} are allowed` : undefined;
}

/** The nearest key that MLflow takes: `acc@5` becomes `acc_5`. Different keys may become one. */
export function safeKey(key: string): string {
  const parts = key
    .replace(NOT_IN_KEYS, '_')
    .split('/')
    .map((part) => (part === '.' || part === '..' ? part.replaceAll('.', '_') : part))
    .filter((part) => part !== '');
  const joined = parts.join('/').replace(/^\.\./, '__');
  const cut = Array.from(joined).slice(0, limits.key).join('').replace(/\/$/, '');
  return cut === '' ? '_' : cut;
}

export function checkKey(key: string, what: string): string {
  const problem = keyProblem(key);
  if (problem !== undefined)
    throw invalid(`The ${what} key ${JSON.stringify(key)} ${problem}`, `"${safeKey(key)}" would do.`);
  return key;
}

export function checkTime(value: number, what: string): number {
  const ms = Math.trunc(value);
  if (!Number.isSafeInteger(ms) || ms < 0)
    throw invalid(`${what} is ${value}: milliseconds since 1970 are expected`);
  return ms;
}

/** One point as `log-batch` takes it. */
export function encodeMetric(metric: Metric): object {
  const { key, value, step, timestamp, datasetName, datasetDigest, modelId } = metric;
  checkKey(key, 'metric');
  if (typeof value !== 'number')
    throw invalid(`The value of ${key} is ${String(value)}: a number is expected`);
  const encoded = {
    key,
    // JSON has no NaN; protobuf reads these three strings as numbers.
    value: Number.isFinite(value) ? value : String(value),
    timestamp: checkTime(timestamp, `The timestamp of ${key}`),
    step,
    dataset_name: datasetName,
    dataset_digest: datasetDigest,
    model_id: modelId,
  };
  return checkFields(encoded, ` of metric ${key}`);
}

const SCALARS = new Set(['string', 'number', 'bigint', 'boolean']);

/** A param's or tag's text as the server would keep it, and what was done to it. */
export function encodeText(
  kind: 'param' | 'tag',
  key: string,
  value: Scalar,
  tooLong: 'cut' | 'refuse' = 'cut',
  limit: number = limits[kind],
): { readonly text: string; readonly warnings: readonly Warning[] } {
  checkKey(key, kind);
  if (!SCALARS.has(typeof value))
    throw invalid(
      `The ${kind} ${key} is ${value === null ? 'null' : typeof value}: text, a number or a boolean is expected`,
    );
  const given = String(value);
  const whole = given.isWellFormed() ? given : given.replace(/\p{Surrogate}/gu, '');
  const warnings: Warning[] = [];
  if (whole.length !== given.length) {
    const message = `${kind} ${key} had halves of characters (lone surrogates), which were left out`;
    warnings.push({ kind: 'text-mended', key, message });
  }
  const length = whole.length <= limit ? whole.length : characters(whole);
  if (length <= limit) return { text: whole, warnings };
  if (tooLong === 'refuse')
    throw invalid(`The ${kind} ${key} has ${length} characters; ${limit} are kept`, 'Log it as an artifact.');
  const message = `${kind} ${key} has ${length} characters; the first ${limit} were sent`;
  warnings.push({ kind: `${kind}-cut`, key, message });
  return { text: Array.from(whole).slice(0, limit).join(''), warnings };
}

/** `[{ key, value }]`, as experiments, runs and models take them when they are made. */
export function encodePairs(
  kind: 'param' | 'tag',
  values: Readonly<Record<string, Scalar>> = {},
  limit?: number,
): { key: string; value: string }[] {
  return Object.entries(values).map(([key, value]) => ({
    key,
    value: encodeText(kind, key, value, 'refuse', limit).text,
  }));
}

/** Code points, as Python counts them. */
export function characters(text: string): number {
  return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
}
