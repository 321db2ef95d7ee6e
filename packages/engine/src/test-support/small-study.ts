/** A whole study in memory, small enough for tests: real plugins, real backend, four epochs of tiny textures. */
import { wasmBackend } from '@cairn/backend-wasm';
import {
  createRegistry,
  MemoryStore,
  type Backend,
  type Manifest,
  type PluginData,
  type Registry,
  type RunRecord,
  type Splits,
  type StageRecord,
  type Store,
} from '@cairn/core';
import { entropyMatched } from '@cairn/anchor-policy-entropy-matched';
import { equalEpochs } from '@cairn/anchor-policy-equal-epochs';
import { final } from '@cairn/anchor-policy-final';
import { foreignRoute } from '@cairn/anchor-policy-foreign-route';
import { greedy } from '@cairn/anchor-policy-greedy';
import { listed } from '@cairn/anchor-policy-listed';
import { shuffled } from '@cairn/anchor-policy-shuffled';
import { snapshotEnsemble } from '@cairn/anchor-policy-snapshot-ensemble';
import { cropFlip } from '@cairn/augmentation-crop-flip';
import { bestSingle } from '@cairn/curriculum-best-single';
import { converged } from '@cairn/curriculum-converged';
import { rco } from '@cairn/curriculum-rco';
import { supervised } from '@cairn/curriculum-supervised';
import { textures } from '@cairn/dataset-textures';
import { fidelity } from '@cairn/evaluator-fidelity';
import { topK } from '@cairn/evaluator-top-k';
import { crossEntropy } from '@cairn/loss-cross-entropy';
import { kd } from '@cairn/loss-kd';
import { resnet } from '@cairn/model-resnet';
import { everyEpochs } from '@cairn/route-recorder-every-epochs';
import { OutputCache, RouteWriter } from '@cairn/route';
import {
  routeConfig,
  trainRun,
  type RunEnvironment,
  type RunJournal,
  type RunResult,
  type RunSpec,
} from '../index.ts';

const catalogue = [
  bestSingle,
  entropyMatched,
  foreignRoute,
  shuffled,
  snapshotEnsemble,
  equalEpochs,
  final,
  greedy,
  listed,
  cropFlip,
  converged,
  rco,
  supervised,
  textures,
  fidelity,
  topK,
  crossEntropy,
  kd,
  resnet,
  everyEpochs,
];

/** A cache of teachers' outputs that forgets nothing. */
export function cacheIn(store: Store, note?: (text: string) => void): OutputCache {
  return new OutputCache({ store, limit: 1e9, ...(note === undefined ? {} : { note }) });
}

/** A journal in memory that repeats no record after a rewind. */
export class MemoryJournal implements RunJournal {
  readonly records: RunRecord[] = [];
  #position = 0;

  get position(): number {
    return this.#position;
  }
  record(record: RunRecord): void {
    if (this.#position === this.records.length) this.records.push(record);
    this.#position++;
  }
  rewindTo(position: number): void {
    this.#position = position;
  }
  flush(): Promise<void> {
    return Promise.resolve();
  }
}

export interface SmallStudy {
  readonly registry: Registry;
  readonly backend: Backend;
  readonly splits: Splits;
  readonly routes: MemoryStore;
  readonly manifest: Manifest;
  readonly teacherModel: PluginData<'model'>;
  studentSpec(curriculum: PluginData<'curriculum'>, seed?: number): RunSpec;
  /** Teaches a student from nothing, or from what the store holds. */
  teach(spec: RunSpec, changes?: Partial<RunEnvironment>): Promise<RunResult>;
}

const epochs = 3;
const training = {
  epochs,
  optimizer: {
    name: 'sgd',
    learningRate: 0.05,
    momentum: 0.9,
    dampening: 0,
    nesterov: false,
    weightDecay: 5e-4,
  },
  schedule: { name: 'cosine', floor: 0, warmup: { epochs: 0 } },
} as const;

function specOf(
  role: RunSpec['role'],
  model: PluginData<'model'>,
  curriculum: PluginData<'curriculum'>,
  seed: number,
): RunSpec {
  return {
    role,
    seed,
    model,
    curriculum,
    training,
    augmentations: [cropFlip({ padding: 1 })],
    evaluators: [topK(), fidelity()],
    batch: 32,
    validation: { fraction: 0.2, probe: 100, seed: 0 },
  };
}

/** Trains the teacher and opens its route. */
export async function smallStudy(): Promise<SmallStudy> {
  const registry = createRegistry(catalogue);
  const backend = wasmBackend();
  const { numerics } = await backend.activate();
  const data = textures({ size: 16, superclasses: 2, subclasses: 2, trainPerClass: 40, testPerClass: 10 });
  const splits = await registry.create(data).open({ files: () => Promise.reject(new Error('no files')) });
  const routes = new MemoryStore('routes');
  const teacherModel = resnet({ depth: 8, width: 8 });
  const base = (store: MemoryStore): RunEnvironment => ({
    plugins: registry,
    backend,
    numerics,
    splits,
    store,
    journal: new MemoryJournal(),
    header: [],
    cache: cacheIn(new MemoryStore('cache')),
    stagesOf: () => [] as StageRecord[],
    observer: { progress: () => undefined, note: () => undefined },
    signal: new AbortController().signal,
    now: () => performance.now(),
    checkpointSeconds: 1e9,
    breathe: () => Promise.resolve(),
  });
  const spec = specOf('teacher', teacherModel, supervised({ loss: crossEntropy() }), 0);
  const stepsPerEpoch = 4;
  const writer = await RouteWriter.open(
    routes,
    {
      id: 'aaaaaaaaaaaaaaaa',
      stepsPerEpoch,
      totalSteps: stepsPerEpoch * epochs,
      config: JSON.parse(JSON.stringify(routeConfig(spec))) as Record<string, never>,
      dataset: splits.digest,
      seed: 0,
      code: 'test',
      numerics,
    },
    everyEpochs({ every: 1 }),
  );
  await trainRun(spec, {
    ...base(new MemoryStore('teacher')),
    record: { writer, recorder: everyEpochs({ every: 1 }) },
  });
  const manifest = await writer.finish();
  return {
    registry,
    backend,
    splits,
    routes,
    manifest,
    teacherModel,
    studentSpec: (curriculum, seed = 1) =>
      specOf('student', resnet({ depth: 8, width: 4 }), curriculum, seed),
    teach: (student, changes = {}) =>
      trainRun(student, {
        ...base(new MemoryStore('run')),
        route: { manifest, store: routes, model: teacherModel },
        ...changes,
      }),
  };
}
