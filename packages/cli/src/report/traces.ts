import { isRecord, type Anchor } from '@cairn/core';
import type { RunTrace } from '@cairn/report';
import type { ReportRun } from './subject.ts';

/** A run's series, and when which anchors began to teach. */
export function traceOf({ condition, seed, teacherSeed, journal, route }: ReportRun): RunTrace {
  const series = [...journal.metrics].map(([metric, samples]) => {
    return [metric, samples.map(({ step, value }) => ({ epoch: step, value }))] as const;
  });
  return {
    condition,
    seed,
    ...(teacherSeed === undefined ? {} : { teacherSeed }),
    series: new Map(series),
    switches: journal.anchors.map(({ epoch, anchors }) => ({
      epoch,
      anchors: anchors.map(({ step }) => epochOf(step, route)),
    })),
  };
}

/** Teacher epochs of a step. */
export function epochOf(
  step: number,
  route: { readonly anchors: readonly Anchor[]; readonly stepsPerEpoch: number } | undefined,
): number {
  if (route === undefined) return NaN;
  return route.anchors.find(({ id }) => id === step)?.epoch ?? step / route.stepsPerEpoch;
}

/** Anchors that a stage record names. */
export function stageAnchors(stage: unknown): readonly number[] {
  const anchors = isRecord(stage) ? stage['anchors'] : undefined;
  return Array.isArray(anchors) ? anchors.filter((id) => typeof id === 'number') : [];
}
