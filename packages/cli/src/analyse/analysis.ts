/** The whole analysis of a set of logits, as data. */
import type { Registry } from '@cairn/core';
import { hardnessMap, outcomeOf, type HardnessRow } from './hardness.ts';
import type { LogitSet } from './logit-set.ts';
import { orderNotes } from './order-notes.ts';
import { pairedTable, type PairedRow } from './paired.ts';
import { plannedPolicies, type PlannedPolicy } from './planned.ts';

/** What `--json` writes. */
export interface Analysis {
  readonly version: 1;
  readonly source: string;
  readonly split: LogitSet['split'];
  readonly samples: number;
  readonly classes: number;
  readonly notes: readonly string[];
  readonly candidates: readonly { readonly name: string; readonly step: number; readonly epoch: number }[];
  readonly hardness: readonly HardnessRow[];
  readonly policies: readonly PlannedPolicy[];
  readonly paired: readonly PairedRow[];
}

/** @param anchors of policies that take a number of them */
export async function analyseLogits(set: LogitSet, registry: Registry, anchors: number): Promise<Analysis> {
  const { source, split, samples, classes, labels, notes } = set;
  const outcomes = {
    anchors: set.anchors.map((a) => outcomeOf(a, classes)),
    students: set.students.map((s) => outcomeOf(s, classes)),
  };
  return {
    version: 1,
    source,
    split,
    samples,
    classes,
    notes: [...notes, ...orderNotes([...outcomes.anchors, ...outcomes.students], labels)],
    candidates: set.anchors.map(({ name, step, epoch }) => ({ name, step, epoch })),
    hardness: hardnessMap(set, outcomes.anchors, outcomes.students),
    policies: await plannedPolicies(registry, set, outcomes, anchors),
    paired: pairedTable(outcomes.anchors, outcomes.students, labels),
  };
}
