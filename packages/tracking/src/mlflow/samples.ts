/** `system.jsonl`: what the machine did while a run trained. No part of the journal, since it never repeats. */
import { isRecord } from '@cairn/core';
import type { Metric } from 'mlflow-js-client';

export const SAMPLES = 'system.jsonl';

export interface Sample {
  /** Milliseconds. */
  readonly time: number;
  /** By name without `system/`: `cpu_utilization_percentage`. */
  readonly values: Readonly<Record<string, number>>;
}

export function encodeSample({ time, values }: Sample): string {
  return `${JSON.stringify({ t: time, ...values })}\n`;
}

/** Points from one line on, with the line as step. A line that is no sample is passed over: it is worth nothing. */
export function samplePoints(
  text: string,
  from: number,
): { readonly lines: number; readonly points: Metric[] } {
  const lines = text.split('\n').slice(0, -1);
  const points = lines.slice(from).flatMap((line, i) => pointsOf(line, from + i));
  return { lines: lines.length, points };
}

function pointsOf(line: string, step: number): Metric[] {
  const sample = parsed(line);
  if (sample === undefined) return [];
  const { t: time, ...values } = sample;
  if (typeof time !== 'number') return [];
  return Object.entries(values).flatMap(([name, value]) =>
    typeof value === 'number' && Number.isFinite(value)
      ? [{ key: `system/${name}`, value, step, timestamp: Math.trunc(time) }]
      : [],
  );
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
