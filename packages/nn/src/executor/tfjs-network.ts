import type {
  CompileUse,
  NetInfo,
  NetState,
  Network,
  NetworkGraph,
  OptimizerRule,
  Outputs,
} from '@cairn/core';
import { add, keep, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { netInfo } from '../graph/info.ts';
import { ArrayStore } from './array-store.ts';
import {
  disposedError,
  frozenError,
  gradientError,
  inputError,
  orderError,
  outputError,
} from './network-errors.ts';
import { TfjsOptimizer } from './optimizer.ts';
import { planGraph, type Plan, type Step } from './plan.ts';
import { scoped } from './scoped.ts';
import { Trace } from './trace.ts';

/**
 * A graph on whatever TensorFlow.js backend is active. Eager: each node is one call or a few. A parameter that no
 * gradient reached is left alone by `update`, as in PyTorch.
 */
export class TfjsNetwork implements Network {
  readonly graph: NetworkGraph;
  readonly info: NetInfo;
  readonly #plan: Plan;
  readonly #train: boolean;
  readonly #arrays: ArrayStore;
  readonly #optimizer: TfjsOptimizer;
  readonly #gradients = new Map<string, Tensor>();
  #trace: Trace | undefined;

  /** @throws CAIRN_PLUGIN_GRAPH_… for a graph that does not hold together, CAIRN_LOSS_TAP for an unknown tap */
  constructor(graph: NetworkGraph, use: CompileUse) {
    this.graph = graph;
    this.info = netInfo(graph);
    this.#train = use.train;
    this.#plan = planGraph(graph, use);
    this.#arrays = new ArrayStore(this.#plan.arrays);
    this.#optimizer = new TfjsOptimizer(this.#plan.arrays.filter((a) => a.trained));
    this.#arrays.setZeros();
  }

  async infer(inputs: Outputs, wanted?: readonly string[]): Promise<Outputs> {
    this.#checkWanted(wanted);
    return tidy(() => {
      const values = this.#inputValues(inputs);
      for (const step of this.#plan.steps) {
        const call = this.#call(step, values);
        values.set(
          step.node.id,
          tidy(() => step.operation.infer(call)),
        );
        for (const id of step.release) valueOf(values, id).dispose();
      }
      return this.#results(values, wanted);
    });
  }

  forward(inputs: Outputs, wanted?: readonly string[]): Outputs {
    if (!this.#train) throw frozenError();
    this.#checkWanted(wanted);
    this.#dropTrace();
    const trace = new Trace(batchOf(inputs));
    try {
      const results = tidy(() => this.#results(this.#trainedValues(inputs, trace), wanted));
      this.#trace = trace;
      return results;
    } catch (error) {
      trace.dispose();
      throw error;
    }
  }

  backward(gradients: Outputs): void {
    const trace = this.#trace;
    if (trace === undefined) throw orderError('backward');
    this.#checkGradients(gradients, trace);
    this.#dropGradients();
    try {
      tidy(() => this.#flowBack(this.#seeds(gradients), trace));
    } catch (error) {
      this.#dropGradients();
      throw error;
    } finally {
      this.#dropTrace();
    }
  }

  update(rule: OptimizerRule, learningRate: number): void {
    if (this.#gradients.size === 0) throw orderError('update');
    this.#optimizer.update(this.#arrays, this.#gradients, rule, learningRate);
    this.#dropGradients();
  }

  resetOptimizer(): void {
    this.#optimizer.reset();
  }

  async save(): Promise<NetState> {
    const updates = this.#optimizer.updates;
    const [weights, optimizer] = await Promise.all([this.#arrays.save(), this.#optimizer.save()]);
    return { weights, optimizer, updates };
  }

  load({ weights, optimizer, updates }: NetState): void {
    this.#arrays.load(weights);
    this.#optimizer.load(optimizer, updates);
    this.#dropTrace();
    this.#dropGradients();
  }

  dispose(): void {
    this.#dropTrace();
    this.#dropGradients();
    this.#optimizer.reset();
    this.#arrays.clear();
  }

  #trainedValues(inputs: Outputs, trace: Trace): ReadonlyMap<string, Tensor> {
    const values = this.#inputValues(inputs);
    this.#plan.steps.forEach((step, i) => {
      const call = this.#call(step, values);
      const { value, saved, buffers = {} } = scoped(() => step.operation.train(call));
      trace.save(i, saved);
      values.set(step.node.id, value);
      for (const [role, buffer] of Object.entries(buffers))
        this.#arrays.set(step.node.arrays[role] ?? '', buffer);
      for (const id of step.release) if (!trace.holds(valueOf(values, id))) valueOf(values, id).dispose();
    });
    return values;
  }

  #flowBack(flowing: Map<string, Tensor>, trace: Trace): void {
    for (let i = this.#plan.steps.length - 1; i >= 0; i--) {
      const step = this.#plan.steps[i];
      if (step !== undefined) this.#backStep(step, i, trace, flowing);
    }
  }

  #backStep(step: Step, index: number, trace: Trace, flowing: Map<string, Tensor>): void {
    const dy = flowing.get(step.node.id);
    if (dy !== undefined) {
      const { operation, attributes, inputShapes, wanted, node } = step;
      const call = {
        dy,
        saved: trace.saved(index),
        arrays: this.#arraysOf(step),
        attributes,
        inputShapes,
        wanted,
      };
      const result = scoped(() => operation.backward(call));
      dy.dispose();
      for (const [role, gradient] of Object.entries(result.arrays))
        this.#gather(this.#gradients, node.arrays[role] ?? '', gradient, true);
      result.inputs.forEach((gradient, i) => {
        if (gradient !== undefined) this.#gather(flowing, node.inputs[i] ?? '', gradient, false);
      });
    }
    trace.release(index);
  }

  /** Adds in the order of the steps, which is fixed: sums have the same bits in every run. */
  #gather(sums: Map<string, Tensor>, key: string, gradient: Tensor, kept: boolean): void {
    const old = sums.get(key);
    const total = old === undefined ? gradient : add(old, gradient);
    sums.set(key, kept ? keep(total) : total);
    if (old === undefined) return;
    old.dispose();
    gradient.dispose();
  }

  /** @throws CAIRN_NETWORK_OUTPUT for an unknown name or a wrong shape */
  #checkGradients(gradients: Outputs, { batch }: Trace): void {
    for (const [name, gradient] of Object.entries(gradients)) {
      const shape = this.info.outputs[name] ?? this.info.taps[name];
      if (shape === undefined || !this.#plan.results.has(name))
        throw outputError('gradient to go back from', name, this.#plan.results.keys());
      if (gradient.shape.join() !== [batch, ...shape].join())
        throw gradientError(name, gradient.shape, [batch, ...shape]);
    }
  }

  #seeds(gradients: Outputs): Map<string, Tensor> {
    const flowing = new Map<string, Tensor>();
    for (const [name, id] of this.#plan.results) {
      const gradient = gradients[name];
      if (gradient !== undefined) this.#gather(flowing, id, gradient.clone(), false);
    }
    return flowing;
  }

  #inputValues(inputs: Outputs): Map<string, Tensor> {
    return new Map(
      Object.entries(this.graph.inputs).map(([name, shape]) => {
        const x = inputs[name];
        if (x === undefined || x.dtype !== 'float32' || x.shape.slice(1).join() !== shape.join())
          throw inputError(name, x, shape);
        return [name, x.clone()];
      }),
    );
  }

  #call(step: Step, values: ReadonlyMap<string, Tensor>) {
    const inputs = step.node.inputs.map((id) => valueOf(values, id));
    return { inputs, arrays: this.#arraysOf(step), attributes: step.attributes };
  }

  #arraysOf({ arrays }: Step): Record<string, Tensor> {
    const result: Record<string, Tensor> = {};
    for (const [role, name] of arrays) {
      const array = this.#arrays.get(name);
      if (array === undefined) throw disposedError(name);
      result[role] = array;
    }
    return result;
  }

  /** Before a pass, so that a wrong name changes nothing. @throws CAIRN_NETWORK_OUTPUT */
  #checkWanted(wanted: readonly string[] = []): void {
    const unknown = wanted.find((name) => !this.#plan.results.has(name));
    if (unknown !== undefined) throw outputError('wanted', unknown, this.#plan.results.keys());
  }

  #results(values: ReadonlyMap<string, Tensor>, wanted?: readonly string[]): Outputs {
    const { results } = this.#plan;
    return Object.fromEntries(
      (wanted ?? [...results.keys()]).map((name) => [name, valueOf(values, results.get(name) ?? '').clone()]),
    );
  }

  #dropTrace(): void {
    this.#trace?.dispose();
    this.#trace = undefined;
  }

  #dropGradients(): void {
    for (const gradient of this.#gradients.values()) gradient.dispose();
    this.#gradients.clear();
  }
}

function valueOf(values: ReadonlyMap<string, Tensor>, id: string): Tensor {
  const value = values.get(id);
  if (value === undefined) throw new TypeError(`no value "${id}"`);
  return value;
}

function batchOf(inputs: Outputs): number {
  return Object.values(inputs)[0]?.shape[0] ?? 0;
}
