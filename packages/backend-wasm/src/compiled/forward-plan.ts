/** Walks the nodes of a graph forward, in training or in inference, and lowers each. */
import type { CompileUse, NetworkGraph, Shape } from '@cairn/core';
import { planGraph, type Plan } from '@cairn/nn';
import type { KernelModule } from '../kernel-module.ts';
import type { ArrayBlock } from './arrays.ts';
import type { SharedHeap } from './heap.ts';
import { loweringOf } from './lower/table.ts';
import type { ForwardSite } from './lower/lowering.ts';
import { joinNodes, type LowNode } from './low-node.ts';
import type { Preparation } from './preparation.ts';
import { Schedule } from './schedule.ts';
import { noBorder, Storage, widest, type Border } from './storage.ts';
import type { Tables } from './tables.ts';

/** What every plan of a network shares. */
export interface Ground {
  readonly graph: NetworkGraph;
  readonly heap: SharedHeap;
  readonly tables: Tables;
  readonly weights: ArrayBlock;
  readonly kernels: KernelModule;
  readonly winograd: boolean;
}

export interface LoweredForward {
  readonly plan: Plan;
  readonly nodes: readonly LowNode[];
  readonly values: ReadonlyMap<string, Storage>;
  readonly schedule: Schedule;
  /** Storages that outlive the pass: inputs, results, and in training every value that is not made again. */
  readonly lasting: readonly Storage[];
  /** Blocks that nodes keep for their backward pass, by node and name. */
  readonly memory: Memory;
}

/** Blocks by node and name. */
export class Memory {
  readonly #heap: SharedHeap;
  readonly #blocks = new Map<string, number>();

  constructor(heap: SharedHeap) {
    this.#heap = heap;
  }

  /** The block of this name; new and cleared the first time. */
  at(node: string, name: string, bytes: number): number {
    const key = `${node}/${name}`;
    const known = this.#blocks.get(key);
    if (known !== undefined) return known;
    const address = this.#heap.allocate(bytes);
    this.#blocks.set(key, address);
    return address;
  }

  known(node: string, name: string): number {
    const address = this.#blocks.get(`${node}/${name}`);
    if (address === undefined) throw new TypeError(`node "${node}" kept no "${name}"`);
    return address;
  }

  dispose(): void {
    for (const address of this.#blocks.values()) this.#heap.free(address);
    this.#blocks.clear();
  }
}

/** Border that all consumers of a value need together. */
export function bordersOf(nodes: readonly LowNode[]): ReadonlyMap<string, Border> {
  const borders = new Map<string, Border>();
  for (const { step, inputs } of nodes) {
    const needed = loweringOf(step.node.op).inputBorder?.(step) ?? noBorder;
    for (const id of inputs) borders.set(id, widest(borders.get(id) ?? noBorder, needed));
  }
  return borders;
}

export function lowerForward(ground: Ground, use: CompileUse, preparation: Preparation): LoweredForward {
  const plan = planGraph(ground.graph, use);
  const results = new Set(plan.results.values());
  const nodes = joinNodes(plan.steps, results, use.train);
  const borders = bordersOf(nodes);
  const schedule = new Schedule();
  const values = new Map<string, Storage>();
  const lasting: Storage[] = [];
  const keep = (id: string, shape: Shape, lasts: boolean): Storage => {
    const storage = lasts ? new Storage(shape, borders.get(id)) : schedule.storage(shape, borders.get(id));
    if (lasts) lasting.push(storage);
    values.set(id, storage);
    return storage;
  };
  for (const [id, shape] of Object.entries(ground.graph.inputs)) keep(id, shape, true);
  const memory = new Memory(ground.heap);
  const walker = { ground, use, preparation, schedule, values, memory };
  const early = (id: string): void =>
    nodes.filter((n) => n.inputs.includes(id)).forEach((n) => lowerEarly(walker, n));
  if (use.train) for (const id of Object.keys(ground.graph.inputs)) early(id);
  for (const node of nodes) {
    const lasts = results.has(node.id) || (use.train && !isRepeated(node));
    const output = keep(node.id, node.step.node.shape, lasts);
    const residual = node.residual === undefined ? undefined : valueOf(values, node.residual);
    loweringOf(node.step.node.op).forward({ ...siteOf(walker, node), output, residual });
    if (use.train) early(node.id);
  }
  return { plan, nodes, values, schedule, lasting, memory };
}

/** Whether a training pass makes a node's value again going back, unless it is a result. */
export function isRepeated(node: LowNode): boolean {
  return loweringOf(node.step.node.op).repeat?.fits(node) === true;
}

interface Walker {
  readonly ground: Ground;
  readonly use: CompileUse;
  readonly preparation: Preparation;
  readonly schedule: Schedule;
  readonly values: ReadonlyMap<string, Storage>;
  readonly memory: Memory;
}

function lowerEarly(walker: Walker, node: LowNode): void {
  loweringOf(node.step.node.op).early?.(siteOf(walker, node));
}

function siteOf(walker: Walker, node: LowNode): Omit<ForwardSite, 'output' | 'residual'> {
  const { ground, use, preparation, schedule, values, memory } = walker;
  const { tables, kernels, winograd } = ground;
  return {
    node,
    schedule,
    tables,
    preparation,
    kernels,
    winograd,
    training: use.train,
    input: (index) => valueOf(values, node.inputs[index]),
    array: (role, of = 'step') => arrayAddress(ground.weights, node, role, of),
    memory: (name, bytes) => memory.at(node.id, name, bytes),
  };
}

export function arrayAddress(weights: ArrayBlock, node: LowNode, role: string, of: 'step' | 'norm'): number {
  const name = (of === 'norm' ? node.norm : node.step)?.node.arrays[role];
  if (name === undefined) throw new TypeError(`node "${node.id}" has no array "${role}"`);
  return weights.addressOf(name);
}

export function valueOf(values: ReadonlyMap<string, Storage>, id: string | undefined): Storage {
  const value = id === undefined ? undefined : values.get(id);
  if (value === undefined) throw new TypeError(`no value "${id}"`);
  return value;
}
