import type {
  CompileUse,
  NetInfo,
  NetState,
  Network,
  NetworkGraph,
  OptimizerRule,
  Outputs,
  Shape,
} from '@cairn/core';
import {
  checkArrays,
  disposedError,
  frozenError,
  gradientError,
  inputError,
  netInfo,
  orderError,
  outputError,
  planArrays,
  planGraph,
  type ArrayPlan,
  type Plan,
} from '@cairn/nn';
import { ArrayBlock, ArrayLayout } from './arrays.ts';
import { mostShards } from './batch.ts';
import type { GradientBlocks, LoweredBackward } from './backward-plan.ts';
import { fillStorage, tensorOf } from './crossing.ts';
import { fitBatch, withFittingBatch } from './fit-batch.ts';
import type { Ground } from './forward-plan.ts';
import { InferPlan } from './infer-plan.ts';
import { CompiledOptimizer } from './optimizer.ts';
import type { Storage } from './storage.ts';
import { Tables } from './tables.ts';
import type { Team } from './team/team.ts';
import { TrainPlan } from './train-plan.ts';

/** What a backend compiles with. */
export interface Compiler {
  readonly team: Team;
  readonly winograd: boolean;
}

/**
 * A graph as programs for a team of threads over one shared memory. Only inputs, results and gradients of results cross
 * to TensorFlow.js. Same state, names and errors as the TensorFlow.js executor.
 */
export class CompiledNetwork implements Network {
  readonly graph: NetworkGraph;
  readonly info: NetInfo;
  readonly #use: CompileUse;
  readonly #team: Team;
  readonly #ground: Ground;
  readonly #plan: Plan;
  readonly #parameters: ArrayLayout;
  readonly #slotPlans: ReadonlyMap<string, ArrayPlan>;
  readonly #infer = new Map<string, InferPlan>();
  #blocks: GradientBlocks | undefined;
  #optimizer: CompiledOptimizer | undefined;
  #train: TrainPlan | undefined;
  /** Size of the batch that waits for its backward pass. */
  #pending: number | undefined;
  #reached: readonly string[] = [];
  #disposed = false;

  /** @throws CAIRN_PLUGIN_GRAPH_…, CAIRN_LOSS_TAP, CAIRN_BACKEND_MEMORY */
  constructor(graph: NetworkGraph, use: CompileUse, { team, winograd }: Compiler) {
    this.graph = graph;
    this.info = netInfo(graph);
    this.#use = use;
    this.#team = team;
    this.#plan = planGraph(graph, use);
    const { heap } = team;
    const plans = planArrays(graph);
    const trained = plans.filter((p) => p.trained);
    this.#parameters = new ArrayLayout(trained);
    this.#slotPlans = new Map(
      trained.flatMap((p) =>
        ['momentum', 'exp_avg', 'exp_avg_sq'].map((s) => {
          const name = `${s}/${p.name}`;
          return [name, { ...p, name }] as const;
        }),
      ),
    );
    // Parameters come first, so that their part of the block has the layout of the gradients.
    const weights = new ArrayBlock(heap, new ArrayLayout([...trained, ...plans.filter((p) => !p.trained)]));
    this.#ground = { graph, heap, tables: new Tables(heap), weights, kernels: team.kernelModule, winograd };
  }

  infer(inputs: Outputs, wanted?: readonly string[]): Promise<Outputs> {
    return Promise.resolve().then(() => this.#inferNow(inputs, wanted));
  }

  forward(inputs: Outputs, wanted?: readonly string[]): Outputs {
    if (!this.#use.train) throw frozenError();
    const size = this.#batchOf(inputs);
    this.#alive();
    const names = this.#names(wanted);
    this.#pending = undefined;
    const plan = this.#trainPlan(size);
    this.#write(plan.forward.values, inputs);
    plan.runForward(size);
    // Running statistics have moved.
    for (const infer of this.#infer.values()) infer.weightsChanged();
    this.#pending = size;
    return this.#read(plan.forward.values, names, size);
  }

  backward(gradients: Outputs): void {
    if (this.#pending === undefined || this.#train === undefined) throw orderError('backward');
    const size = this.#pending;
    this.#checkGradients(gradients, size);
    this.#reached = [];
    const names = [...this.#plan.results.keys()].filter((name) => gradients[name] !== undefined);
    const { heap } = this.#ground;
    const { seeds, reached } = this.#backwardFrom(this.#train, names, size);
    for (const name of names) {
      const [storage, gradient] = [seeds.get(name), gradients[name]];
      if (storage !== undefined && gradient !== undefined) fillStorage(heap, storage, gradient);
    }
    this.#train.runBackward(names, size);
    this.#pending = undefined;
    this.#reached = reached;
  }

  update(rule: OptimizerRule, learningRate: number): void {
    if (this.#reached.length === 0 || this.#optimizer === undefined) throw orderError('update');
    this.#optimizer.update(this.#reached, rule, learningRate);
    this.#reached = [];
    this.#weightsChanged();
  }

  resetOptimizer(): void {
    this.#optimizer?.reset();
  }

  async save(): Promise<NetState> {
    this.#alive();
    const { weights } = this.#ground;
    const arrays = [...weights.layout.plans.keys()].map((name) => [name, weights.read(name)] as const);
    const optimizer = this.#optimizer?.save() ?? {};
    return { weights: Object.fromEntries(arrays), optimizer, updates: this.#optimizer?.updates ?? 0 };
  }

  load({ weights, optimizer, updates }: NetState): void {
    this.#ground.weights.load(weights);
    checkArrays(this.#slotPlans, optimizer);
    if (this.#use.train) this.#trainer().optimizer.load(optimizer, updates);
    this.#pending = undefined;
    this.#reached = [];
    this.#weightsChanged();
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#pending = undefined;
    this.#reached = [];
    for (const plan of this.#infer.values()) plan.dispose();
    this.#infer.clear();
    this.#train?.dispose();
    this.#optimizer?.dispose();
    const { heap, tables, weights } = this.#ground;
    for (const address of [this.#blocks?.whole, this.#blocks?.shards])
      if (address !== undefined) heap.free(address);
    tables.dispose();
    weights.dispose();
  }

  #inferNow(inputs: Outputs, wanted?: readonly string[]): Outputs {
    const size = this.#batchOf(inputs);
    this.#alive();
    const names = this.#names(wanted);
    const { heap } = this.#ground;
    const taps = this.#use.taps.filter((name) => names.includes(name));
    const key = taps.join('\n');
    let plan = this.#infer.get(key);
    if (plan === undefined || plan.capacity < size) {
      plan?.dispose();
      this.#infer.delete(key);
      plan = fitBatch(heap, size, (capacity) => new InferPlan(this.#ground, this.#team, taps, capacity));
      this.#infer.set(key, plan);
    }
    this.#write(plan.forward.values, inputs);
    plan.run(size);
    return this.#read(plan.forward.values, names, size);
  }

  #weightsChanged(): void {
    this.#train?.weightsChanged();
    for (const plan of this.#infer.values()) plan.weightsChanged();
  }

  #trainer(): { readonly blocks: GradientBlocks; readonly optimizer: CompiledOptimizer } {
    const { heap, weights } = this.#ground;
    const layout = this.#parameters;
    this.#blocks ??= {
      layout,
      whole: heap.allocate(layout.bytes),
      shards: heap.allocate(mostShards * layout.bytes),
    };
    const blocks = this.#blocks;
    this.#optimizer ??= new CompiledOptimizer(this.#team, layout, weights.address, blocks.whole);
    return { blocks, optimizer: this.#optimizer };
  }

  #trainPlan(size: number): TrainPlan {
    const known = this.#train;
    if (known !== undefined && known.capacity >= size) return known;
    known?.dispose();
    this.#train = undefined;
    const { blocks } = this.#trainer();
    this.#train = fitBatch(this.#ground.heap, size, (capacity) => this.#newTrainPlan(capacity, blocks));
    return this.#train;
  }

  #newTrainPlan(capacity: number, blocks: GradientBlocks): TrainPlan {
    return new TrainPlan(this.#ground, this.#team, this.#use, capacity, blocks);
  }

  /** Where there is no room for the way back, the way there is given up as well. */
  #backwardFrom(train: TrainPlan, names: readonly string[], size: number): LoweredBackward {
    try {
      return train.backwardFrom(names);
    } catch (cause) {
      train.dispose();
      this.#train = undefined;
      this.#pending = undefined;
      const { blocks } = this.#trainer();
      const bothWays = (capacity: number): TrainPlan => {
        const plan = this.#newTrainPlan(capacity, blocks);
        try {
          plan.backwardFrom(names);
        } catch (error) {
          plan.dispose();
          throw error;
        }
        return plan;
      };
      throw withFittingBatch(this.#ground.heap, size, bothWays, cause);
    }
  }

  #batchOf(inputs: Outputs): number {
    const sizes = Object.entries(this.graph.inputs).map(([name, shape]) => {
      const x = inputs[name];
      if (x === undefined || x.dtype !== 'float32' || x.shape.slice(1).join() !== shape.join())
        throw inputError(name, x, shape);
      return x.shape[0] ?? 0;
    });
    return sizes[0] ?? 0;
  }

  #checkGradients(gradients: Outputs, size: number): void {
    for (const [name, gradient] of Object.entries(gradients)) {
      if (!this.#plan.results.has(name))
        throw outputError('gradient to go back from', name, this.#plan.results.keys());
      const shape = [size, ...(this.info.outputs[name] ?? this.info.taps[name] ?? [])];
      if (gradient.shape.join() !== shape.join()) throw gradientError(name, gradient.shape, shape);
    }
  }

  #names(wanted?: readonly string[]): readonly string[] {
    for (const name of wanted ?? [])
      if (!this.#plan.results.has(name)) throw outputError('wanted', name, this.#plan.results.keys());
    return wanted ?? [...this.#plan.results.keys()];
  }

  #write(values: ReadonlyMap<string, Storage>, inputs: Outputs): void {
    const { heap } = this.#ground;
    for (const name of Object.keys(this.graph.inputs)) {
      const [storage, x] = [values.get(name), inputs[name]];
      if (storage !== undefined && x !== undefined) fillStorage(heap, storage, x);
    }
  }

  #read(values: ReadonlyMap<string, Storage>, names: readonly string[], size: number): Outputs {
    const shapes: Readonly<Record<string, Shape>> = { ...this.info.outputs, ...this.info.taps };
    return Object.fromEntries(
      names.map((name) => {
        const storage = values.get(this.#plan.results.get(name) ?? '');
        if (storage === undefined) throw new TypeError(`no value "${name}"`);
        return [name, tensorOf(this.#ground.heap, storage, size, shapes[name] ?? [])];
      }),
    );
  }

  #alive(): void {
    if (this.#disposed) throw disposedError(this.graph.parameters[0]?.name ?? 'weights');
  }
}
