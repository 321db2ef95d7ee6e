/**
 * What is lowered as one: a node of the graph with what follows it, where a kernel does both. In training a batch
 * normalisation takes in the residual add and the ReLU behind it; in inference a convolution takes in all three.
 */
import type { Step } from '@cairn/nn';

export type Activation = 'none' | 'relu' | 'relu6';

export interface LowNode {
  /** The value that it leaves behind: the id of the last node taken in. */
  readonly id: string;
  readonly step: Step;
  /** Of the step, without the residual. */
  readonly inputs: readonly string[];
  readonly norm?: Step;
  /** A value of the same shape that is added. */
  readonly residual?: string;
  /** What comes last. */
  readonly activation: Activation;
}

interface Takes {
  readonly norm: boolean;
  readonly residual: boolean;
  readonly activation: boolean;
}

const nothing: Takes = { norm: false, residual: false, activation: false };
const training: Readonly<Record<string, Takes>> = {
  batchNorm: { norm: false, residual: true, activation: true },
  add: { norm: false, residual: false, activation: true },
};
const inference: Readonly<Record<string, Takes>> = {
  ...training,
  conv2d: { norm: true, residual: true, activation: true },
  linear: { norm: false, residual: false, activation: true },
};

/** @param wanted values that must be there by themselves: outputs and taps in use */
export function joinNodes(
  steps: readonly Step[],
  wanted: ReadonlySet<string>,
  train: boolean,
): readonly LowNode[] {
  const joiner = new Joiner(steps, wanted, train ? training : inference);
  for (const step of steps) joiner.add(step);
  return joiner.nodes;
}

class Joiner {
  nodes: LowNode[] = [];
  readonly #consumers = new Map<string, number>();
  readonly #wanted: ReadonlySet<string>;
  readonly #takes: Readonly<Record<string, Takes>>;

  constructor(steps: readonly Step[], wanted: ReadonlySet<string>, takes: Readonly<Record<string, Takes>>) {
    this.#wanted = wanted;
    this.#takes = takes;
    for (const id of steps.flatMap((s) => s.node.inputs))
      this.#consumers.set(id, (this.#consumers.get(id) ?? 0) + 1);
  }

  add(step: Step): void {
    const joined = this.#joined(step);
    if (joined === undefined) {
      this.nodes.push({ id: step.node.id, step, inputs: step.node.inputs, activation: ownActivation(step) });
      return;
    }
    // At its new place everything that it adds is there.
    this.nodes = [...this.nodes.filter((n) => n.id !== joined.before.id), joined.after];
  }

  #joined(step: Step): { before: LowNode; after: LowNode } | undefined {
    const { id, op, inputs } = step.node;
    if (op === 'add' && inputs[0] !== inputs[1]) {
      for (const [i, other] of [
        [0, 1],
        [1, 0],
      ] as const) {
        const before = this.#private(inputs[i], 'residual');
        const residual = inputs[other];
        if (before?.residual === undefined && before?.activation === 'none' && residual !== undefined)
          return { before, after: { ...before, id, residual } };
      }
      return undefined;
    }
    if (op === 'relu' || op === 'relu6') {
      const before = this.#private(inputs[0], 'activation');
      return before?.activation === 'none' ? { before, after: { ...before, id, activation: op } } : undefined;
    }
    if (op !== 'batchNorm') return undefined;
    const before = this.#private(inputs[0], 'norm');
    if (before === undefined || before.norm !== undefined || before.residual !== undefined) return undefined;
    if (before.activation !== 'none') return undefined;
    return { before, after: { ...before, id, norm: step, activation: ownActivation(step) } };
  }

  /** A node that nobody but its one consumer sees, and that can take such a thing in. */
  #private(id: string | undefined, what: keyof Takes): LowNode | undefined {
    if (id === undefined || this.#wanted.has(id) || this.#consumers.get(id) !== 1) return undefined;
    const node = this.nodes.find((n) => n.id === id);
    return node !== undefined && (this.#takes[node.step.node.op] ?? nothing)[what] ? node : undefined;
  }
}

/** `@cairn/nn` has joined a batch normalisation and its ReLU already. */
function ownActivation({ node, attributes }: Step): Activation {
  return node.op === 'batchNorm' && (attributes as { relu: boolean }).relu ? 'relu' : 'none';
}

/** Bounds between which values pass, for kernels that clamp. */
export function clampOf(activation: Activation): readonly [floor: number, cap: number] {
  if (activation === 'none') return [-Infinity, Infinity];
  return [0, activation === 'relu' ? Infinity : 6];
}

/** The number by which the tile kernels know it (`assembly/epilogue.ts`). */
export function activationCode(activation: Activation): number {
  return { none: 0, relu: 1, relu6: 2 }[activation];
}
