/** Walks the nodes of a graph back from where gradients come in, and lowers each. */
import type { Shard } from './batch.ts';
import { joinRanges, type ArrayLayout, type Range } from './arrays.ts';
import { arrayAddress, valueOf, type Ground, type LoweredForward } from './forward-plan.ts';
import { sumOf } from './lower/pointwise-pieces.ts';
import { loweringOf } from './lower/table.ts';
import type { BackwardSite, RepeatSite } from './lower/lowering.ts';
import type { LowNode } from './low-node.ts';
import type { Preparation } from './preparation.ts';
import { Schedule } from './schedule.ts';
import { noBorder, Storage, type Border } from './storage.ts';

export interface LoweredBackward {
  readonly schedule: Schedule;
  /** Where the caller writes the gradients of results, by name. */
  readonly seeds: ReadonlyMap<string, Storage>;
  /** Parameters that a gradient reaches. */
  readonly reached: readonly string[];
  /** Those whose gradient is the sum of the shards' blocks. */
  readonly summed: readonly Range[];
}

/** Where gradients lie: one block for the batch, and one per shard. */
export interface GradientBlocks {
  readonly layout: ArrayLayout;
  readonly whole: number;
  readonly shards: number;
}

export function lowerBackward(
  ground: Ground,
  forward: LoweredForward,
  preparation: Preparation,
  blocks: GradientBlocks,
  names: readonly string[],
): LoweredBackward {
  return new BackwardWalker(ground, forward, preparation, blocks).walk(names);
}

class BackwardWalker {
  readonly #ground: Ground;
  readonly #forward: LoweredForward;
  readonly #preparation: Preparation;
  readonly #blocks: GradientBlocks;
  readonly #schedule = new Schedule();
  readonly #flowing = new Map<string, Storage[]>();
  readonly #producers: ReadonlyMap<string, LowNode>;
  readonly #trainable: ReadonlySet<string>;
  readonly #reached = new Set<string>();
  readonly #summed = new Set<string>();
  /** Values made once more, by the segment in which they are. */
  readonly #repeated = new WeakMap<object, Map<string, Storage>>();

  constructor(ground: Ground, forward: LoweredForward, preparation: Preparation, blocks: GradientBlocks) {
    this.#ground = ground;
    this.#forward = forward;
    this.#preparation = preparation;
    this.#blocks = blocks;
    this.#producers = new Map(forward.nodes.map((n) => [n.id, n]));
    this.#trainable = trainableValues(forward.nodes);
  }

  walk(names: readonly string[]): LoweredBackward {
    const seeds = new Map<string, Storage>();
    for (const [name, id] of this.#forward.plan.results) {
      if (!names.includes(name)) continue;
      const seed = this.#storageFor(id, (shape, border) => new Storage(shape, border));
      seeds.set(name, seed);
      this.#add(id, seed);
    }
    for (const node of [...this.#forward.nodes].reverse()) {
      const gradients = this.#flowing.get(node.id);
      if (gradients !== undefined) loweringOf(node.step.node.op).backward(this.#site(node, gradients));
    }
    const { layout } = this.#blocks;
    const summed = joinRanges([...this.#summed].map((name) => layout.range(name)));
    return { schedule: this.#schedule, seeds, reached: [...this.#reached], summed };
  }

  #add(id: string, gradient: Storage): void {
    this.#flowing.set(id, [...(this.#flowing.get(id) ?? []), gradient]);
  }

  /** A storage for the gradient of a value, with the border that the value's node needs to go on. */
  #storageFor<S>(id: string, make: (shape: number[], border: Border) => S): S {
    const { rows, columns, channels } = valueOf(this.#forward.values, id);
    const producer = this.#producers.get(id);
    const border = producer === undefined ? undefined : gradientBorder(producer);
    return make([rows, columns, channels], border ?? noBorder);
  }

  #site(node: LowNode, gradients: readonly Storage[]): BackwardSite {
    const { tables } = this.#ground;
    const schedule = this.#schedule;
    const inputs = sourcesOf(node);
    return {
      ...this.#base(node),
      gradients,
      gradient: (border = noBorder) => sumOf({ schedule, tables }, node.id, gradients, border),
      wanted: (index) => this.#trainable.has(inputs[index] ?? ''),
      gradientOf: (index) =>
        this.#storageFor(inputs[index] ?? '', (shape, border) => schedule.storage(shape, border)),
      give: (index, gradient) => this.#add(inputs[index] ?? '', gradient),
      place: {
        shards: (role) => this.#shardPlace(arrayName(node, role)),
        whole: (role) => this.#wholePlace(arrayName(node, role)),
      },
    };
  }

  #base(node: LowNode): RepeatSite {
    const { tables, kernels, winograd, weights } = this.#ground;
    const { values, memory } = this.#forward;
    return {
      node,
      schedule: this.#schedule,
      tables,
      kernels,
      winograd,
      preparation: this.#preparation,
      input: (index) => this.#value(sourcesOf(node)[index]),
      output: valueOf(values, node.id),
      array: (role, of = 'step') => arrayAddress(weights, node, role, of),
      memory: (name) => memory.known(node.id, name),
    };
  }

  /** As the forward pass left it, or made once more in this segment. */
  #value(id: string | undefined): Storage {
    const kept = valueOf(this.#forward.values, id);
    const producer = id === undefined ? undefined : this.#producers.get(id);
    if (producer === undefined || this.#forward.lasting.includes(kept)) return kept;
    const { segment } = this.#schedule;
    const here = this.#repeated.get(segment) ?? new Map<string, Storage>();
    this.#repeated.set(segment, here);
    const known = here.get(producer.id);
    if (known !== undefined) return known;
    const output = this.#schedule.storage([kept.rows, kept.columns, kept.channels], kept.border);
    loweringOf(producer.step.node.op).repeat?.forward({ ...this.#base(producer), output });
    here.set(producer.id, output);
    return output;
  }

  #shardPlace(name: string): (shard: Shard) => number {
    this.#reached.add(name);
    this.#summed.add(name);
    const { layout, shards } = this.#blocks;
    const { offset } = layout.place(name);
    return ({ index }) => shards + index * layout.bytes + offset;
  }

  #wholePlace(name: string): number {
    this.#reached.add(name);
    return this.#blocks.whole + this.#blocks.layout.place(name).offset;
  }
}

/** The border for the node's own backward pass; that of a joined activation or residual comes before it. */
function gradientBorder({ step }: LowNode): Border | undefined {
  return loweringOf(step.node.op).gradientBorder?.(step);
}

function sourcesOf({ inputs, residual }: LowNode): readonly string[] {
  return residual === undefined ? inputs : [...inputs, residual];
}

function arrayName(node: LowNode, role: string): string {
  const name = node.step.node.arrays[role];
  if (name === undefined) throw new TypeError(`node "${node.id}" has no array "${role}"`);
  return name;
}

/** Values that depend on a parameter. */
function trainableValues(nodes: readonly LowNode[]): ReadonlySet<string> {
  const trainable = new Set<string>();
  for (const node of nodes) {
    const { id, step } = node;
    const own = Object.values(step.roles).some((r) => r.trained);
    if (own || sourcesOf(node).some((input) => trainable.has(input))) trainable.add(id);
  }
  return trainable;
}
