/**
 * What the compiled executor knows of an operation. One file per operation and a line in `table.ts`, as in the
 * vocabulary of `@cairn/nn`.
 */
import type { Shape } from '@cairn/core';
import type { Step } from '@cairn/nn';
import type { KernelModule } from '../../kernel-module.ts';
import type { LowNode } from '../low-node.ts';
import type { Preparation } from '../preparation.ts';
import type { Shard } from '../batch.ts';
import type { Schedule } from '../schedule.ts';
import type { Border, Storage } from '../storage.ts';
import type { Tables } from '../tables.ts';

/** Where gradients of an array go. */
export interface GradientPlace {
  /** Each shard writes a sum of its own; they are added at the end. Pieces that write it clear it first. */
  shards(role: string): (shard: Shard) => number;
  /** Written once for the whole batch. */
  whole(role: string): number;
}

export interface Site {
  readonly node: LowNode;
  readonly schedule: Schedule;
  readonly tables: Tables;
  readonly preparation: Preparation;
  /** On the main thread: tells how much scratch kernels need. */
  readonly kernels: KernelModule;
  readonly winograd: boolean;
  readonly input: (index: number) => Storage;
  readonly output: Storage;
  /** Address of an array of the node's step, or of the norm that it has taken in. */
  array(role: string, of?: 'step' | 'norm'): number;
}

export interface ForwardSite extends Site {
  readonly training: boolean;
  readonly residual: Storage | undefined;
  /** A block that lives as long as the plan: what `backward` of the same node finds under the same name. */
  memory(name: string, bytes: number): number;
}

export interface RepeatSite extends Site {
  /** A block that the forward pass kept. */
  memory(name: string): number;
}

export interface BackwardSite extends RepeatSite {
  /** Gradients of the output, at least one; not to be written to. */
  readonly gradients: readonly Storage[];
  /** Their sum, in frames with at least this border. */
  gradient(border?: Border): Storage;
  /** Whether anybody needs the gradient of an input. */
  wanted(index: number): boolean;
  /** A place for the gradient of an input, with the border that the input's node asks for. */
  gradientOf(index: number): Storage;
  /** Hands the gradient of an input on. The storage may be handed on twice. */
  give(index: number, gradient: Storage): void;
  readonly place: GradientPlace;
}

export interface Lowering {
  /** Border that the operation needs around its input. */
  inputBorder?(step: Step): Border;
  /** Border that its backward pass needs around the gradient of its output. */
  gradientBorder?(step: Step): Border;
  /** Training: work on an input as soon as it is there, before this node's turn. */
  early?(site: Omit<ForwardSite, 'output' | 'residual'>): void;
  forward(site: ForwardSite): void;
  backward(site: BackwardSite): void;
  /**
   * Training: makes the output once more for those whose backward pass reads it. What has this is not kept from the
   * forward pass: less to write and to read, where memory is slower than arithmetic.
   */
  repeat?: {
    fits(node: LowNode): boolean;
    forward(site: RepeatSite): void;
  };
}

/** Shape of a step's first input. */
export function inputShape(step: Step, index = 0): Shape {
  return step.inputShapes[index] ?? [];
}
