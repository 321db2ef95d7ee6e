/** The optimisers on flat blocks, in place. Rules and semantics: `contracts/training.ts`. */
import type { HostTensors, OptimizerRule } from '@cairn/core';
import { optimizerError, optimizerSlots, ruleOf } from '@cairn/nn';
import { ArrayBlock, joinRanges, type ArrayLayout } from './arrays.ts';
import { ProgramWriter } from './program.ts';
import { splitRanges } from './train-plan.ts';
import type { Team } from './team/team.ts';

type Sgd = Extract<OptimizerRule, { name: 'sgd' }>;
type AdamW = Extract<OptimizerRule, { name: 'adamw' }>;

const settingsBytes = 64;

export class CompiledOptimizer {
  readonly #team: Team;
  readonly #weights: number;
  readonly #gradients: number;
  readonly #layout: ArrayLayout;
  readonly #settings: number;
  readonly #slots = new Map<string, ArrayBlock>();
  /** Names `<slot>/<parameter>` of what an update or a load has set. */
  readonly #set = new Set<string>();
  readonly #programs = new Map<string, number>();
  #rule: OptimizerRule['name'] | undefined;
  #updates = 0;

  /** @param weights address of the parameters, laid out as `layout` */
  constructor(team: Team, layout: ArrayLayout, weights: number, gradients: number) {
    this.#team = team;
    this.#layout = layout;
    this.#weights = weights;
    this.#gradients = gradients;
    this.#settings = team.heap.allocate(settingsBytes);
  }

  get updates(): number {
    return this.#updates;
  }

  /** @throws CAIRN_OPTIMIZER_CHANGED where the slots are another rule's */
  update(reached: readonly string[], rule: OptimizerRule, learningRate: number): void {
    if (this.#rule !== undefined && this.#rule !== rule.name) throw optimizerError(this.#rule, rule.name);
    this.#rule = rule.name;
    this.#updates++;
    const settings =
      rule.name === 'sgd' ? sgdSettings(rule, learningRate) : this.#adamwSettings(rule, learningRate);
    this.#team.heap.floats(this.#settings, settings.length).set(settings);
    this.#team.run(this.#program(reached, rule));
    for (const slot of optimizerSlots[rule.name])
      for (const name of reached) this.#set.add(`${slot}/${name}`);
  }

  reset(): void {
    for (const slot of this.#slots.values()) slot.clear();
    this.#set.clear();
    this.#rule = undefined;
    this.#updates = 0;
  }

  save(): HostTensors {
    return Object.fromEntries(
      [...this.#set].map((key) => {
        const [slot, name] = split(key);
        return [key, this.#slot(slot).read(name)];
      }),
    );
  }

  /** @throws CAIRN_WEIGHTS_MISMATCH is the caller's: `checkArrays` first */
  load(arrays: HostTensors, updates: number): void {
    this.reset();
    for (const [key, array] of Object.entries(arrays)) {
      const [slot, name] = split(key);
      this.#slot(slot).write(name, array.data);
      this.#set.add(key);
    }
    this.#updates = updates;
    // SGD without momentum leaves no slots; AdamW always does.
    this.#rule = ruleOf(arrays) ?? (updates > 0 ? 'sgd' : undefined);
  }

  dispose(): void {
    for (const id of this.#programs.values()) this.#team.remove(id);
    for (const slot of this.#slots.values()) slot.dispose();
    this.#team.heap.free(this.#settings);
    this.#slots.clear();
    this.#programs.clear();
  }

  #slot(name: string): ArrayBlock {
    const known = this.#slots.get(name);
    if (known !== undefined) return known;
    const block = new ArrayBlock(this.#team.heap, this.#layout);
    this.#slots.set(name, block);
    return block;
  }

  #program(reached: readonly string[], rule: OptimizerRule): number {
    // Without momentum PyTorch keeps no velocity and ignores dampening.
    const first = (name: string): boolean =>
      rule.name === 'sgd' && (rule.momentum === 0 || !this.#set.has(`momentum/${name}`));
    const kept = slotsOf(rule);
    const key = [rule.name, ...kept, ...reached.map((name) => `${name} ${first(name)}`)].join('\n');
    const known = this.#programs.get(key);
    if (known !== undefined) return known;
    const writer = new ProgramWriter(this.#team.kernels);
    const groups = [true, false].map((is) => reached.filter((name) => first(name) === is));
    // The kernel writes a velocity also where nobody keeps it.
    const slots = (kept.length > 0 ? kept : ['unkept']).map((slot) => this.#slot(slot).address);
    writer.phase(
      groups.flatMap((names, i) =>
        splitRanges(joinRanges(names.map((n) => this.#layout.range(n)))).map(
          ({ offset, floats }) =>
            (emit) => {
              const [w, g] = [this.#weights + offset, this.#gradients + offset];
              const [m = 0, v = 0] = slots.map((address) => address + offset);
              if (rule.name === 'sgd') emit('sgdUpdate', w, g, m, floats, this.#settings, i === 0 ? 1 : 0);
              else emit('adamwUpdate', w, g, m, v, floats, this.#settings);
            },
        ),
      ),
    );
    const id = this.#team.add(writer.encode());
    this.#programs.set(key, id);
    return id;
  }

  #adamwSettings({ beta1, beta2, epsilon, weightDecay }: AdamW, learningRate: number): readonly number[] {
    const [first, second] = [1 - beta1 ** this.#updates, 1 - beta2 ** this.#updates];
    const [decay, rate] = [1 - learningRate * weightDecay, learningRate / first];
    return [decay, rate, beta1, 1 - beta1, beta2, 1 - beta2, Math.sqrt(second), epsilon];
  }
}

/** Without momentum PyTorch keeps no velocity. */
function slotsOf(rule: OptimizerRule): readonly string[] {
  return rule.name === 'sgd' && rule.momentum === 0 ? [] : optimizerSlots[rule.name];
}

function sgdSettings(rule: Sgd, learningRate: number): readonly number[] {
  const { momentum, dampening, weightDecay, nesterov } = rule;
  return [learningRate, momentum, 1 - dampening, weightDecay, nesterov ? 1 : 0];
}

function split(key: string): readonly [slot: string, name: string] {
  const at = key.indexOf('/');
  return [key.slice(0, at), key.slice(at + 1)];
}
