/** What a run holds while it lives: data, networks, curriculum, and the state that a checkpoint saves. */
import {
  createRandom,
  type Curriculum,
  type Evaluator,
  type Network,
  type NetState,
  type Random,
  type RouteRecorder,
  type Task,
} from '@cairn/core';
import { countCost, initialState } from '@cairn/nn';
import { BatchMaker, EpochOrder } from '../data/batches.ts';
import { carve, rowsToTrainOn, stratified, type Carved } from '../data/split.ts';
import { AnchorOutputs, type FixedRows } from './anchor-outputs.ts';
import { loadCheckpoint, NO_REUSE } from './checkpoint.ts';
import { needReference, type EvaluationSet } from './evaluate.ts';
import { Probe } from './probe.ts';
import type { RunEnvironment, RunSpec, RunState } from './types.ts';

/** Multiply-adds of one forward pass for one sample. */
export interface ForwardCost {
  readonly student: number;
  readonly teacher: number;
}

export interface Session {
  readonly spec: RunSpec;
  readonly env: RunEnvironment;
  readonly random: Random;
  readonly task: Task;
  readonly networks: ReadonlyMap<string, Network>;
  readonly student: Network;
  readonly initial: NetState;
  readonly curriculum: Curriculum;
  readonly evaluators: readonly Evaluator[];
  readonly batches: BatchMaker;
  readonly order: EpochOrder;
  /** What it trains on, ascending. */
  readonly rows: Int32Array;
  readonly datasetSize: number;
  readonly validation: EvaluationSet | undefined;
  /** Held-out metrics of the last step that was measured. */
  readonly measured: { step: number; metrics: Readonly<Record<string, number>> };
  readonly outputs: AnchorOutputs | undefined;
  readonly probe: Probe | undefined;
  readonly forwardCost: ForwardCost;
  /** In a teacher's run: which states become anchors. */
  readonly recorder: RouteRecorder | undefined;
  readonly state: RunState;
  /** True where a checkpoint was found. */
  readonly resumed: boolean;
  dispose(): void;
}

function freshState(): RunState {
  return {
    step: 0,
    stage: undefined,
    stepInStage: 0,
    clock: 0,
    born: 0,
    stages: [],
    sums: {},
    best: undefined,
    cost: { images: 0, student: 0, teacher: 0, search: 0 },
    reuse: NO_REUSE,
    seconds: 0,
    probed: [],
    records: 0,
  };
}

/** Randomness of one role: a teacher and a student of one seed share nothing. */
function roleRandom(role: RunSpec['role'], seed: number): Random {
  const random = createRandom(seed);
  return { at: (purpose, epoch, index) => random.at(`${role}/${purpose}`, epoch, index) };
}

/** Opens a run where it stopped, or at its beginning. */
export async function openSession(spec: RunSpec, env: RunEnvironment): Promise<Session> {
  const { plugins, backend, splits } = env;
  const random = roleRandom(spec.role, spec.seed);
  const graph = plugins.create(spec.model).graph(splits.spec);
  const student = backend.compile(graph, { taps: Object.keys(graph.taps), train: true });
  const networks = new Map([['student', student]]);
  const initial = initialState(graph, random);
  student.load(initial);
  const saved = await loadCheckpoint(env.store, networks);
  const state = saved ?? freshState();
  env.journal.rewindTo(state.records);
  const rows = carve(splits.train.labels, spec.validation.fraction, spec.validation.seed);
  const trainRows = rowsToTrainOn(rows.train, splits.train.labels, spec);
  const augmentations = spec.augmentations.map((a) => plugins.create(a));
  const teacher = openTeacher(spec, env);
  const heldBatches = new BatchMaker(splits.train, splits.spec.input);
  const evaluators = spec.evaluators.map((e) => plugins.create(e));
  const validation = await validationSet({ env, evaluators, outputs: teacher?.outputs }, rows, heldBatches);
  const session: Session = {
    spec,
    env,
    random,
    task: splits.spec,
    networks,
    student,
    initial,
    curriculum: plugins.create(spec.curriculum),
    evaluators,
    batches: new BatchMaker(splits.train, splits.spec.input, augmentations),
    order: new EpochOrder(trainRows, spec.batch, random),
    rows: trainRows,
    datasetSize: trainRows.length,
    validation,
    measured: { step: -1, metrics: {} },
    outputs: teacher?.outputs,
    probe: undefined,
    forwardCost: { student: countCost(graph).forward, teacher: teacher?.cost ?? 0 },
    recorder: env.record === undefined ? undefined : plugins.create(env.record.recorder),
    state,
    resumed: saved !== undefined,
    dispose() {
      for (const network of networks.values()) network.dispose();
      teacher?.network.dispose();
    },
  };
  return { ...session, probe: openProbe(session, rows, heldBatches) };
}

function openTeacher(
  spec: RunSpec,
  { route, plugins, backend, splits, cache, numerics }: RunEnvironment,
): { readonly network: Network; readonly outputs: AnchorOutputs; readonly cost: number } | undefined {
  if (route === undefined || spec.role === 'teacher') return undefined;
  const graph = plugins.create(route.model).graph(splits.spec);
  const network = backend.compile(graph, { taps: [], train: false });
  return {
    network,
    outputs: new AnchorOutputs(route, network, cache, numerics),
    cost: countCost(graph).forward,
  };
}

type Measured = Pick<Session, 'env' | 'evaluators' | 'outputs'>;

async function validationSet(
  measured: Measured,
  { held }: Carved,
  batches: BatchMaker,
): Promise<EvaluationSet | undefined> {
  if (held.length === 0) return undefined;
  const { digest, train } = measured.env.splits;
  const set = { phase: 'val', batches, rows: held, labels: train.labels } as const;
  return { ...set, ...(await referenceOn(measured, { data: digest, part: 'train', batches, rows: held })) };
}

/** The test split, opened when all training is over. */
export async function testSet(measured: Measured): Promise<EvaluationSet> {
  const { digest, spec, test } = measured.env.splits;
  const batches = new BatchMaker(test, spec.input);
  const rows = Int32Array.from({ length: test.size }, (_, i) => i);
  const set = { phase: 'test', batches, rows, labels: test.labels } as const;
  return { ...set, ...(await referenceOn(measured, { data: digest, part: 'test', batches, rows })) };
}

/** The converged teacher's logits, where an evaluator looks at them. */
async function referenceOn(
  { env, evaluators, outputs }: Measured,
  on: FixedRows,
): Promise<Pick<EvaluationSet, 'reference'>> {
  const converged = env.route?.manifest.anchors.at(-1);
  if (outputs === undefined || converged === undefined || !needReference(evaluators)) return {};
  return { reference: await outputs.logits(converged.id, on) };
}

function openProbe(session: Session, rows: Carved, batches: BatchMaker): Probe | undefined {
  const { env, spec, outputs, student, random, forwardCost, state } = session;
  if (env.route === undefined || outputs === undefined) return undefined;
  const { labels } = env.splits.train;
  const { probe, seed } = spec.validation;
  return new Probe({
    route: env.route.manifest,
    outputs,
    student,
    random,
    on: { data: env.splits.digest, part: 'train', batches, rows: stratified(rows.held, labels, probe, seed) },
    charge(network, samples) {
      if (network !== 'student' && state.probed.includes(network)) return;
      if (network !== 'student') state.probed.push(network);
      const each = network === 'student' ? forwardCost.student : forwardCost.teacher;
      state.cost = { ...state.cost, search: state.cost.search + samples * each };
    },
  });
}
