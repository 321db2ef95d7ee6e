import type { HostTensor, HostTensors } from '@cairn/core';
import { keep, tensor, zeros, type Tensor } from '@tensorflow/tfjs-core';
import type { ArrayPlan } from '../graph/array-specs.ts';
import { checkAllArrays, checkArrays } from './array-checks.ts';
import { backendShape, toBackendOrder, toHostOrder } from './layout.ts';

/** Named arrays on the backend, in the executor's layouts. Owns its tensors; they outlive any tidy. */
export class ArrayStore {
  readonly #plans: ReadonlyMap<string, ArrayPlan>;
  readonly #tensors = new Map<string, Tensor>();

  /** Arrays may be absent until they are set. */
  constructor(plans: readonly ArrayPlan[]) {
    this.#plans = new Map(plans.map((p) => [p.name, p]));
  }

  get(name: string): Tensor | undefined {
    return this.#tensors.get(name);
  }

  /** Takes the tensor over and disposes the one before, unless it is the same. */
  set(name: string, value: Tensor): void {
    const old = this.#tensors.get(name);
    if (old === value) return;
    this.#tensors.set(name, keep(value));
    old?.dispose();
  }

  setZeros(): void {
    for (const plan of this.#plans.values()) this.set(plan.name, zeros(backendShape(plan), plan.dtype));
  }

  /** @throws CAIRN_WEIGHTS_MISMATCH for a missing, unknown or wrongly shaped array; then nothing has changed */
  load(arrays: HostTensors): void {
    checkAllArrays(this.#plans, arrays);
    for (const [name, array] of Object.entries(arrays)) this.#upload(name, array);
  }

  /** As `load`, but every array may be absent. */
  loadSome(arrays: HostTensors): void {
    checkArrays(this.#plans, arrays);
    this.clear();
    for (const [name, array] of Object.entries(arrays)) this.#upload(name, array);
  }

  /** A snapshot of this moment in PyTorch's layouts; what is updated while it is read does not show. */
  async save(): Promise<HostTensors> {
    const clones = [...this.#tensors].map(([name, t]) => ({ name, tensor: keep(t.clone()) }));
    try {
      // All reads are queued before the first one is awaited: a later update in place cannot overtake them.
      const read = await Promise.all(
        clones.map(async ({ name, tensor: t }) => [name, await t.data()] as const),
      );
      return Object.fromEntries(read.map(([name, data]) => [name, this.#download(name, data)]));
    } finally {
      for (const { tensor: t } of clones) t.dispose();
    }
  }

  clear(): void {
    for (const t of this.#tensors.values()) t.dispose();
    this.#tensors.clear();
  }

  #upload(name: string, { data }: HostTensor): void {
    const plan = this.#planOf(name);
    // A copy: backends may keep the array that they are given.
    const values = plan.layout === undefined ? data.slice() : toBackendOrder(data, plan);
    this.set(name, tensor(values, backendShape(plan), plan.dtype));
  }

  #download(name: string, data: ArrayLike<number>): HostTensor {
    const plan = this.#planOf(name);
    const { shape, dtype } = plan;
    if (dtype === 'int32') return { dtype, shape, data: Int32Array.from(data) };
    const values = toHostOrder(Float32Array.from(data), plan);
    return { dtype, shape, data: values as Float32Array };
  }

  #planOf(name: string): ArrayPlan {
    const plan = this.#plans.get(name);
    if (plan === undefined) throw new TypeError(`no array "${name}"`);
    return plan;
  }
}
