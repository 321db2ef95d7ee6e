/** The optimisers' arithmetic on tensors. Rules and semantics: `contracts/training.ts`. */
import type { HostTensors, OptimizerRule } from '@cairn/core';
import { add, div, mul, sqrt, square, sub, tidy, zerosLike, type Tensor } from '@tensorflow/tfjs-core';
import type { ArrayPlan } from '../graph/array-specs.ts';
import { momentumUpdate } from '../fused/momentum-update.ts';
import { ArrayStore } from './array-store.ts';
import { optimizerError } from './network-errors.ts';

/** The arrays that each rule keeps per parameter: `<slot>/<parameter>`. */
export const optimizerSlots = { sgd: ['momentum'], adamw: ['exp_avg', 'exp_avg_sq'] } as const;

type Sgd = Extract<OptimizerRule, { name: 'sgd' }>;
type AdamW = Extract<OptimizerRule, { name: 'adamw' }>;

/** Applies gradients to the arrays of a store; keeps slots named `<slot>/<parameter>`. */
export class TfjsOptimizer {
  readonly #slots: ArrayStore;
  #rule: OptimizerRule['name'] | undefined;
  #updates = 0;

  constructor(parameters: readonly ArrayPlan[]) {
    const slots = Object.values(optimizerSlots).flat();
    this.#slots = new ArrayStore(
      parameters.flatMap((p) => slots.map((s) => ({ ...p, name: `${s}/${p.name}` }))),
    );
  }

  get updates(): number {
    return this.#updates;
  }

  /** @throws CAIRN_OPTIMIZER_CHANGED where the slots are another rule's */
  update(
    weights: ArrayStore,
    gradients: ReadonlyMap<string, Tensor>,
    rule: OptimizerRule,
    learningRate: number,
  ): void {
    if (this.#rule !== undefined && this.#rule !== rule.name) throw optimizerError(this.#rule, rule.name);
    this.#rule = rule.name;
    this.#updates++;
    for (const [name, gradient] of gradients) {
      const weight = weights.get(name);
      if (weight === undefined) throw new TypeError(`no parameter "${name}"`);
      const updated =
        rule.name === 'sgd'
          ? this.#sgd(name, weight, gradient, rule, learningRate)
          : this.#adamw(name, weight, gradient, rule, learningRate);
      weights.set(name, updated);
    }
  }

  reset(): void {
    this.#slots.clear();
    this.#rule = undefined;
    this.#updates = 0;
  }

  save(): Promise<HostTensors> {
    return this.#slots.save();
  }

  /** @throws CAIRN_WEIGHTS_MISMATCH */
  load(slots: HostTensors, updates: number): void {
    this.#slots.loadSome(slots);
    this.#updates = updates;
    // SGD without momentum leaves no slots; AdamW always does.
    this.#rule = ruleOf(slots) ?? (updates > 0 ? 'sgd' : undefined);
  }

  #sgd(name: string, w: Tensor, g: Tensor, rule: Sgd, learningRate: number): Tensor {
    const slot = `momentum/${name}`;
    const { momentum, nesterov, weightDecay } = rule;
    // Without momentum PyTorch keeps no velocity and ignores dampening.
    const old = momentum === 0 ? undefined : this.#slots.get(slot);
    const first = old === undefined;
    const dampening = first ? 0 : rule.dampening;
    const settings = { learningRate, momentum, dampening, nesterov, weightDecay, first };
    const v = old ?? zerosLike(w);
    const result = momentumUpdate(w, g, v, settings);
    if (first && result.v !== v) v.dispose();
    if (momentum === 0) result.v.dispose();
    else this.#slots.set(slot, result.v);
    return result.w;
  }

  /**
   * Loshchilov & Hutter, arXiv 1711.05101, algorithm 2, with PyTorch's place of epsilon. The bias correction counts the
   * network's updates; PyTorch counts each parameter's, which differs where gradients reach one later than others.
   */
  #adamw(name: string, w: Tensor, g: Tensor, rule: AdamW, learningRate: number): Tensor {
    const { beta1, beta2, epsilon, weightDecay } = rule;
    const [first, second] = [`exp_avg/${name}`, `exp_avg_sq/${name}`];
    const corrections = [1 - beta1 ** this.#updates, 1 - beta2 ** this.#updates] as const;
    const { weight, m, v } = tidy(() => {
      const m = blend(this.#slots.get(first), g, beta1);
      const v = blend(this.#slots.get(second), square(g), beta2);
      const deviation = add(div(sqrt(v), Math.sqrt(corrections[1])), epsilon);
      const decayed = mul(w, 1 - learningRate * weightDecay);
      return { weight: sub(decayed, mul(div(m, deviation), learningRate / corrections[0])), m, v };
    });
    this.#slots.set(first, m);
    this.#slots.set(second, v);
    return weight;
  }
}

function blend(old: Tensor | undefined, value: Tensor, share: number): Tensor {
  const fresh = mul(value, 1 - share);
  return old === undefined ? fresh : add(mul(old, share), fresh);
}

/** The rule that slots belong to. */
export function ruleOf(slots: HostTensors): OptimizerRule['name'] | undefined {
  const names = Object.keys(slots);
  if (names.some((n) => n.startsWith('momentum/'))) return 'sgd';
  return names.length > 0 ? 'adamw' : undefined;
}
