/** A run's result as bars and scatter plots want it: single values at step 0, under keys of their own. */
import { isRecord, type JsonObject } from '@cairn/core';
import type { Metric } from 'mlflow-js-client';

/** Of the last weights, on the test split. All values are in `result.json`. */
const FINAL = ['top1', 'nll', 'kl'] as const;

/**
 * Few on purpose: with the series of the default evaluators a run has 25 keys.
 * @param time milliseconds
 */
export function resultMetrics(result: JsonObject, time: number): Metric[] {
  const last = numbers(result['last']);
  const best = isRecord(result['best']) ? numbers(result['best']['metrics']) : {};
  const cost = numbers(result['cost']);
  const { student = 0, teacher = 0, search = 0 } = cost;
  const values: readonly (readonly [string, number | undefined])[] = [
    ...FINAL.map((name) => [`final/${name}`, last[`test/${name}`]] as const),
    ['best/val_top1', best['val/top1']],
    ['cost/student_epochs', numberOr(result['epochs'])],
    ['cost/giga_multiply_adds', (student + teacher + search) / 1e9],
    ['time/total_s', numberOr(result['seconds'])],
  ];
  return values.flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value, step: 0, timestamp: time }],
  );
}

export function resultTags(result: JsonObject): Record<string, string> {
  const { weightsSha256 } = result;
  return typeof weightsSha256 === 'string' ? { 'cairn.weights': weightsSha256 } : {};
}

/** A row for each stage, as MLflow's table view reads it. */
export function stageTable(result: JsonObject): { columns: string[]; data: (string | number | null)[][] } {
  const stages = Array.isArray(result['stages']) ? result['stages'].filter(isRecord) : [];
  const metrics = stages.map((stage) => numbers(stage['metrics']));
  const names = [...new Set(metrics.flatMap((m) => Object.keys(m)))];
  return {
    columns: ['stage', 'name', 'epochs', 'anchors (step)', ...names],
    data: stages.map((stage, i) => [
      i + 1,
      String(stage['name']),
      Number(stage['epochs']),
      Array.isArray(stage['anchors']) ? stage['anchors'].join('+') : '',
      ...names.map((name) => metrics[i]?.[name] ?? null),
    ]),
  };
}

function numbers(value: unknown): Readonly<Record<string, number>> {
  if (!isRecord(value)) return {};
  const pairs = Object.entries(value).flatMap(([key, v]) =>
    typeof v === 'number' ? [[key, v] as const] : [],
  );
  return Object.fromEntries(pairs);
}

function numberOr(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
