/** Hardness map and planes: from what states say of held-out samples, and from weights. */
import { klRows, logSoftmaxRows, mean, type AnchorId, type PluginData, type Store } from '@cairn/core';
import { type HardnessMap, inpca, type Path, pca, type Plane } from '@cairn/report';
import { loadAnchor, type StoredManifest } from '@cairn/route';
import { modelOf } from '../routes/imported.ts';
import { type Laboratory, type State, type StudentState, studentStates } from './laboratory.ts';
import type { ReportRun } from './subject.ts';
import { epochOf, stageAnchors } from './traces.ts';

/** Columns that can be told apart, and states that a plane can hold. */
const [MOST_ANCHORS, MOST_STATES] = [40, 170];

/** Log-probabilities of a state on the held-out samples, with the first class of each. */
interface Said {
  readonly logP: Float64Array;
  readonly top: Int32Array;
}

/** What every state says, each asked once. */
export class Opinions {
  readonly #lab: Laboratory;
  readonly #known = new Map<string, Said>();

  constructor(lab: Laboratory) {
    this.#lab = lab;
  }

  get lab(): Laboratory {
    return this.#lab;
  }

  async of(state: State): Promise<Said> {
    const found = this.#known.get(state.sha256);
    if (found !== undefined) return found;
    const { classes } = this.#lab.splits.spec;
    const logP = logSoftmaxRows(await this.#lab.logits(state, this.#lab.heldOut), classes);
    const said = { logP, top: firstOf(logP, classes) };
    this.#known.set(state.sha256, said);
    return said;
  }
}

function firstOf(logP: Float64Array, classes: number): Int32Array {
  return Int32Array.from({ length: logP.length / classes }, (_, row) => {
    const own = logP.subarray(row * classes, (row + 1) * classes);
    return own.indexOf(Math.max(...own));
  });
}

interface AnchorState extends State {
  readonly id: AnchorId;
  readonly epoch: number;
}

/** States of a route, at most so many and those that taught always. */
export function anchorStates(routes: Store, runs: readonly ReportRun[]): Map<string, AnchorState[]> {
  const byRoute = new Map<string, AnchorState[]>();
  for (const { route } of runs) {
    const model = route === undefined ? undefined : modelOf(route);
    if (route === undefined || model === undefined || byRoute.has(route.id)) continue;
    const taught = new Set(runs.flatMap(({ journal }) => journal.stages.flatMap(stageAnchors)));
    byRoute.set(
      route.id,
      chosen(route, taught).map((anchor) => stateOf(routes, route, model, anchor)),
    );
  }
  return byRoute;
}

function chosen({ anchors }: StoredManifest, taught: ReadonlySet<AnchorId>): StoredManifest['anchors'] {
  const every = Math.ceil(anchors.length / MOST_ANCHORS);
  return anchors.filter(({ id }, i) => i % every === 0 || i === anchors.length - 1 || taught.has(id));
}

function stateOf(
  routes: Store,
  route: StoredManifest,
  model: PluginData<'model'>,
  { id, epoch, sha256 }: StoredManifest['anchors'][number],
): AnchorState {
  return { id, epoch, sha256, model, weights: () => loadAnchor(routes, route, id) };
}

/** The start of a run and the ends of its stages. */
function stageStates(run: ReportRun): StudentState[] {
  return studentStates(run).filter(({ role }) => role === 'initial' || role.startsWith('stage-'));
}

/** Per condition and stage, over seeds; a route that has not the same columns as the first is left out. */
export async function hardnessMap(
  runs: readonly ReportRun[],
  anchors: ReadonlyMap<string, readonly AnchorState[]>,
  opinions: Opinions,
): Promise<HardnessMap | string> {
  const [columns] = anchors.values();
  if (columns === undefined)
    return "no run has a route that is here: it shows students against their teacher's states.";
  const cells = new Map<
    string,
    { condition: string; epoch: number; kl: number[][]; agreement: number[][]; next: Set<number> }
  >();
  for (const run of runs) {
    const own = run.route === undefined ? undefined : anchors.get(run.route.id);
    if (own?.length !== columns.length) continue;
    for (const [i, state] of stageStates(run).entries()) {
      const name = `${run.condition} ${state.epoch}`;
      const cell = cells.get(name) ?? {
        condition: run.condition,
        epoch: state.epoch,
        kl: [],
        agreement: [],
        next: new Set<number>(),
      };
      const { kl, agreement } = await distances(own, state, opinions);
      cell.kl.push(kl);
      cell.agreement.push(agreement);
      for (const id of stageAnchors(run.journal.stages[i])) cell.next.add(epochOf(id, run.route));
      cells.set(name, cell);
    }
  }
  const conditions = [...new Set(runs.map((run) => run.condition))];
  const rows = [...cells.values()]
    .sort((a, b) => conditions.indexOf(a.condition) - conditions.indexOf(b.condition) || a.epoch - b.epoch)
    .map(({ condition, epoch, kl, agreement, next }) => ({
      condition,
      epoch,
      kl: columns.map((_, c) => mean(kl.map((row) => row[c] ?? NaN))),
      agreement: columns.map((_, c) => mean(agreement.map((row) => row[c] ?? NaN))),
      next: [...next],
    }));
  return {
    candidates: columns.map(({ epoch }) => epoch),
    rows,
    samples: opinions.lab.heldOut.rows.length,
    seeds: new Set(runs.map((run) => run.seed)).size,
  };
}

async function distances(
  anchors: readonly AnchorState[],
  student: State,
  opinions: Opinions,
): Promise<{ readonly kl: number[]; readonly agreement: number[] }> {
  const { classes } = opinions.lab.splits.spec;
  const own = await opinions.of(student);
  const [kl, agreement]: [number[], number[]] = [[], []];
  for (const anchor of anchors) {
    const theirs = await opinions.of(anchor);
    kl.push(mean(klRows(theirs.logP, own.logP, classes)));
    agreement.push(mean(own.top.map((c, i) => (c === theirs.top[i] ? 1 : 0))));
  }
  return { kl, agreement };
}

/** States one after the other: a student's, or without a condition a teacher's. */
interface Walk {
  readonly condition?: string;
  readonly seed: number;
  readonly states: readonly (State & { readonly epoch: number })[];
}

/** InPCA of all routes and of as many seeds as a plane holds, with the true labels and with knowing nothing. */
export async function predictionPlane(
  runs: readonly ReportRun[],
  anchors: ReadonlyMap<string, readonly AnchorState[]>,
  opinions: Opinions,
): Promise<Plane | string> {
  const { classes } = opinions.lab.splits.spec;
  const shown = seedsThatFit(runs, [...anchors.values()].flat().length);
  const paths: readonly Walk[] = [
    ...[...anchors].map(([id, states]) => ({ seed: seedOfRoute(runs, id), states })),
    ...shown.map((run) => ({ condition: run.condition, seed: run.seed, states: studentStates(run) })),
  ].filter(({ states }) => states.length > 0);
  const networks = [
    ...new Map(paths.flatMap(({ states }) => states).map((state) => [state.sha256, state])).values(),
  ];
  if (networks.length < 3) return 'fewer than three states of networks are kept.';
  const said = [];
  for (const state of networks) said.push((await opinions.of(state)).logP.map(Math.exp));
  const { rows } = opinions.lab.heldOut;
  const labels = Float64Array.from({ length: rows.length * classes }, (_, i) => {
    const row = rows[Math.floor(i / classes)] ?? 0;
    return opinions.lab.splits.train.labels[row] === i % classes ? 1 : 0;
  });
  const nothing = new Float64Array(labels.length).fill(1 / classes);
  const { points, eigenvalues, held } = inpca([...said, labels, nothing], classes);
  const at = (i: number) => ({ x: points[2 * i] ?? NaN, y: points[2 * i + 1] ?? NaN });
  const place = new Map(networks.map((state, i) => [state.sha256, at(i)]));
  return {
    paths: paths.map((path): Path => ({
      ...(path.condition === undefined ? {} : { condition: path.condition }),
      seed: path.seed,
      points: path.states.map(({ epoch, sha256 }) => ({
        epoch,
        ...(place.get(sha256) ?? { x: NaN, y: NaN }),
      })),
    })),
    marks: [
      { name: 'true labels', ...at(networks.length) },
      { name: 'all classes alike', ...at(networks.length + 1) },
    ],
    held: [held],
    negative: eigenvalues.map((value) => value < 0),
    samples: rows.length,
  };
}

function seedOfRoute(runs: readonly ReportRun[], id: string): number {
  return runs.find((run) => run.route?.id === id)?.teacherSeed ?? 0;
}

/** All seeds, or the first ones. */
function seedsThatFit(runs: readonly ReportRun[], taken: number): readonly ReportRun[] {
  const shown: ReportRun[] = [];
  let states = taken;
  for (const [, group] of [...Map.groupBy(runs, (run) => run.seed)].sort(([a], [b]) => a - b)) {
    states += group.reduce((sum, run) => sum + studentStates(run).length, 0);
    if (shown.length > 0 && states > MOST_STATES) break;
    shown.push(...group);
  }
  return shown;
}

/** PCA of the parameters of students of the first seed, all with one model and one beginning. */
export async function weightPlane(
  runs: readonly ReportRun[],
  lab: Laboratory,
): Promise<(Plane & { readonly seed: number }) | string> {
  const [first] = runs;
  const model = first?.file?.spec.model;
  if (first === undefined || model === undefined) return 'no run has its weights.';
  const seed = Math.min(...runs.map((run) => run.seed));
  const own = runs.filter(
    (run) => run.seed === seed && run.teacherSeed === first.teacherSeed && sameModel(run, first),
  );
  const paths = own.map((run) => ({ condition: run.condition, seed, states: studentStates(run) }));
  const states = [
    ...new Map(paths.flatMap((path) => path.states).map((state) => [state.sha256, state])).values(),
  ];
  if (states.length < 3) return 'fewer than three states of students are kept.';
  const { parameters } = lab.network(model).graph;
  const vectors: Float32Array[] = [];
  for (const state of states) {
    const weights = await state.weights();
    vectors.push(Float32Array.from(parameters.flatMap(({ name }) => [...(weights[name]?.data ?? [])])));
  }
  const { points, shares } = pca(vectors);
  const place = new Map(
    states.map((state, i) => [state.sha256, { x: points[2 * i] ?? NaN, y: points[2 * i + 1] ?? NaN }]),
  );
  return {
    seed,
    paths: paths.map(({ condition, states: all }) => ({
      condition,
      seed,
      points: all.map(({ epoch, sha256 }) => ({ epoch, ...(place.get(sha256) ?? { x: NaN, y: NaN }) })),
    })),
    marks: [],
    held: shares,
    negative: [],
    samples: 0,
  };
}

function sameModel(a: ReportRun, b: ReportRun): boolean {
  return JSON.stringify(a.file?.spec.model) === JSON.stringify(b.file?.spec.model);
}
