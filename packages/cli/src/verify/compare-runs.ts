/** Two runs of one plan entry, bit by bit: everything in their journals but times and speeds. */
import { canonicalJson, isRecord } from '@cairn/core';
import type { JournalView } from '@cairn/tracking';

/** A thing that both runs have, or should have. */
export interface Compared {
  /** Such as `weights/stage-1` or `val/top1@3`. */
  readonly what: string;
  readonly before: string;
  readonly again: string;
}

export interface RunComparison {
  /** How many things were compared. */
  readonly things: number;
  /** In the order of training. */
  readonly differences: readonly Compared[];
}

/** The last record of each kind counts, as a run that was gone on with may have written one twice. */
export function compareRuns(before: JournalView, again: JournalView): RunComparison {
  const [a, b] = [factsOf(before), factsOf(again)];
  const names = [...new Set([...a.keys(), ...b.keys()])];
  const differences = names
    .map((what) => ({ what, before: a.get(what) ?? 'none', again: b.get(what) ?? 'none' }))
    .filter((c) => c.before !== c.again);
  return { things: names.length, differences };
}

function factsOf(journal: JournalView): ReadonlyMap<string, string> {
  const { tags, weights, anchors, stages, metrics, results } = journal;
  const { seconds: _, reuse: __, ...result } = { ...results.at(-1) };
  return new Map([
    ...(tags['cairn.initial'] === undefined ? [] : [['initial', tags['cairn.initial']] as const]),
    ...anchors.map((a, i) => [`anchor ${i + 1}`, spelled({ ...a, type: undefined })] as const),
    ...stages.map((stage, i) => [`stage ${i + 1}`, spelled(stage)] as const),
    ...[...metrics].flatMap(([key, samples]) =>
      samples.map(({ value, step }) => [`${key}@${step}`, String(value)] as const),
    ),
    ...weights.map(({ role, sha256, epoch }) => [`weights/${role}`, `${sha256} epoch ${epoch}`] as const),
    ...Object.entries(result).map(([key, value]) => [`result ${key}`, spelled(value)] as const),
  ]);
}

/** Canonical JSON in which numbers that JSON lacks have their names. */
function spelled(value: unknown): string {
  return canonicalJson(named(value));
}

function named(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return value.map(named);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, named(item)]));
}
