/** Teacher and students in one plane of predictions, and students in one of weights. */
import { inpca, pca, type Path, type PathPoint, type PredictionPlane, type WeightPlane } from '@cairn/report';
import type { Laboratory, State } from './laboratory.ts';
import type { Opinions } from './opinions.ts';
import { type AnchorState, stageStates, type StudentState, studentStates } from './states.ts';
import type { ReportRun } from './subject.ts';

/** States that a plane can hold: its eigenvectors take time. */
const MOST_STATES = 170;

/** States one after the other: a student's, or without a condition a teacher's. */
interface Walk extends Pick<Path, 'condition' | 'seed' | 'oneStage'> {
  readonly states: readonly (State & { readonly epoch: number })[];
}

/** InPCA of all routes and of as many seeds as a plane holds, with the true labels and with knowing nothing. */
export async function predictionPlane(
  runs: readonly ReportRun[],
  anchors: ReadonlyMap<string, readonly AnchorState[]>,
  opinions: Opinions,
): Promise<PredictionPlane | string> {
  const { classes } = opinions.lab.splits.spec;
  const shown = seedsThatFit(runs, [...anchors.values()].flat().length);
  const walks: readonly Walk[] = [
    ...[...anchors].map(([id, states]) => ({ seed: seedOfRoute(runs, id), states })),
    ...shown.map(walkOf),
  ].filter(({ states }) => states.length > 0);
  const networks = distinct(walks);
  if (networks.length < 3) return 'fewer than three states of networks are kept.';
  const said: Float64Array[] = [];
  for (const state of networks) said.push((await opinions.of(state)).logP.map(Math.exp));
  const labels = labelsOf(opinions.lab);
  const nothing = new Float64Array(labels.length).fill(1 / classes);
  const { points, eigenvalues, held } = inpca([...said, labels, nothing], classes);
  const [truth, uniform] = [networks.length, networks.length + 1];
  return {
    paths: pathsOf(walks, networks, points),
    marks: [
      { name: 'true labels', ...placeOf(points, truth) },
      { name: 'all classes alike', ...placeOf(points, uniform) },
    ],
    held,
    negative: eigenvalues.map((value) => value < 0),
    samples: opinions.lab.heldOut.rows.length,
  };
}

/** PCA of the parameters of students of the first seed, all with one model and one beginning. */
export async function weightPlane(
  runs: readonly ReportRun[],
  lab: Laboratory,
): Promise<WeightPlane | string> {
  const [first] = runs;
  const model = first?.file?.spec.model;
  if (first === undefined || model === undefined) return 'no run has its weights.';
  const seed = Math.min(...runs.map((run) => run.seed));
  const own = runs.filter(
    (run) => run.seed === seed && run.teacherSeed === first.teacherSeed && sameModel(run, first),
  );
  const walks = own.map(walkOf);
  const states = distinct(walks);
  if (states.length < 3) return 'fewer than three states of students are kept.';
  const { parameters } = lab.network(model).graph;
  const vectors: Float32Array[] = [];
  for (const state of states) {
    const weights = await state.weights();
    vectors.push(Float32Array.from(parameters.flatMap(({ name }) => [...(weights[name]?.data ?? [])])));
  }
  const { points, shares } = pca(vectors);
  return { seed, paths: pathsOf(walks, states, points), shares };
}

function walkOf(run: ReportRun): Walk {
  const { condition, seed } = run;
  const ends = stageStates(run).filter(({ role }) => role !== 'initial');
  const states: readonly StudentState[] = studentStates(run);
  return { condition, seed, states, ...(ends.length === 1 ? { oneStage: true } : {}) };
}

/** What several walks pass through stands once. */
function distinct(walks: readonly Walk[]): State[] {
  return [...new Map(walks.flatMap(({ states }) => states).map((state) => [state.sha256, state])).values()];
}

/** @param points row-major [states × 2] */
function pathsOf(walks: readonly Walk[], states: readonly State[], points: Float64Array): Path[] {
  const places = new Map(states.map(({ sha256 }, i) => [sha256, placeOf(points, i)]));
  return walks.map(({ states: own, ...walk }) => ({
    ...walk,
    points: own.map(({ epoch, sha256 }): PathPoint => ({
      epoch,
      ...(places.get(sha256) ?? { x: NaN, y: NaN }),
    })),
  }));
}

function placeOf(points: Float64Array, i: number): { readonly x: number; readonly y: number } {
  return { x: points[2 * i] ?? NaN, y: points[2 * i + 1] ?? NaN };
}

/** A network that is sure of every label, row-major [held-out samples × classes]. */
function labelsOf({ heldOut, splits }: Laboratory): Float64Array {
  const { classes } = splits.spec;
  const sure = new Float64Array(heldOut.rows.length * classes);
  heldOut.rows.forEach((row, i) => (sure[i * classes + (splits.train.labels[row] ?? NaN)] = 1));
  return sure;
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

function sameModel(a: ReportRun, b: ReportRun): boolean {
  return JSON.stringify(a.file?.spec.model) === JSON.stringify(b.file?.spec.model);
}
