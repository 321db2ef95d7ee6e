/** States of networks that are kept: a route's anchors, and what runs keep on their way. */
import { RunError, type AnchorId, type HostTensors, type Store } from '@cairn/core';
import { hashWeights } from '@cairn/nn';
import { loadAnchor, readSafetensors, type StoredManifest } from '@cairn/route';
import { modelOf } from '../routes/imported.ts';
import type { State } from './laboratory.ts';
import type { ReportRun } from './subject.ts';
import { stageAnchors } from './traces.ts';

/** Columns of a hardness map that can be told apart. */
const MOST_ANCHORS = 40;

export interface AnchorState extends State {
  readonly id: AnchorId;
  readonly epoch: number;
}

/** Of each route by its id, the first run's first: at most so many anchors, and those that taught always. */
export function anchorStates(routes: Store, runs: readonly ReportRun[]): Map<string, AnchorState[]> {
  const taught = new Set(runs.flatMap(({ journal }) => journal.stages.flatMap(stageAnchors)));
  const byRoute = new Map<string, AnchorState[]>();
  for (const { route } of runs) {
    const model = route === undefined ? undefined : modelOf(route);
    if (route === undefined || model === undefined || byRoute.has(route.id)) continue;
    const states = chosen(route, taught).map(({ id, epoch, sha256 }) => {
      return { id, epoch, sha256, model, weights: () => loadAnchor(routes, route, id) };
    });
    byRoute.set(route.id, states);
  }
  return byRoute;
}

function chosen({ anchors }: StoredManifest, taught: ReadonlySet<AnchorId>): StoredManifest['anchors'] {
  const every = Math.ceil(anchors.length / MOST_ANCHORS);
  return anchors.filter(({ id }, i) => i % every === 0 || i === anchors.length - 1 || taught.has(id));
}

/** A saved state of a student. */
export interface StudentState extends State {
  /** `initial`, `stage-1`, …, `best`, `last` */
  readonly role: string;
  readonly epoch: number;
}

/** What a run keeps, by epoch: its first weights, the ends of stages, best on validation, the last. */
export function studentStates({ store, journal, file }: ReportRun): StudentState[] {
  if (file === undefined) return [];
  // A run that went on names a role again: the later one stands.
  const latest = new Map(journal.weights.map((record) => [record.role, record]));
  return [...latest.values()]
    .map(({ role, epoch, sha256, file: path }) => ({
      role,
      epoch,
      sha256,
      model: file.spec.model,
      weights: () => checkedWeights(store, path, sha256),
    }))
    .sort((a, b) => a.epoch - b.epoch);
}

/** The start of a run and the ends of its stages. */
export function stageStates(run: ReportRun): StudentState[] {
  return studentStates(run).filter(({ role }) => role === 'initial' || role.startsWith('stage-'));
}

export function lastState(run: ReportRun): StudentState | undefined {
  return studentStates(run).find(({ role }) => role === 'last');
}

async function checkedWeights(
  store: ReportRun['store'],
  path: string,
  expected: string,
): Promise<HostTensors> {
  const bytes = await store.read(path);
  const file = `${store.location}/${path}`;
  const tensors = bytes === undefined ? undefined : readSafetensors(bytes, file).tensors;
  const found = tensors === undefined ? 'no file' : await hashWeights(tensors);
  if (tensors !== undefined && found === expected) return tensors;
  throw new RunError('CAIRN_WEIGHTS_ALTERED', `${file}: expected ${expected}, found ${found}`, {
    fix: ['restore it from a copy', 'or train the run again: cairn run <study> --fresh --only=<condition>'],
  });
}
