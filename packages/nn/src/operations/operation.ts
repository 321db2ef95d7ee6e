/**
 * What an operation of the vocabulary is. One file per operation, one line in `table.ts`; the graph builder, the
 * cost count and the executor read the rest from here.
 *
 * A call is an object, so that an operation with randomness (dropout) can be given its stream in one more field. An
 * operation with several results is written as several nodes (a split is a slice per part).
 */
import type { Initializer, Shape } from '@cairn/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { z } from 'zod';

/** How the executor stores an array: PyTorch's axes in this order, then reshaped. */
export interface Layout {
  readonly permutation: readonly number[];
  readonly shape: Shape;
}

/** An array that an operation needs, by role. */
export interface ArrayRole {
  /** PyTorch's last name, appended to the node's id: `weight`, `running_mean`. */
  readonly name: string;
  /** In PyTorch's layout. */
  readonly shape: Shape;
  readonly init: Initializer;
  /** A parameter; otherwise a buffer. */
  readonly trained: boolean;
  /** @default float32 */
  readonly dtype?: 'int32';
  /** Absent where the executor uses PyTorch's layout. */
  readonly layout?: Layout;
}

/** Why inputs do not fit: what was found and what is accepted. */
export interface Refusal {
  readonly refused: string;
  readonly accepted: string;
}

/** @param A the parsed attributes */
export interface Call<A> {
  readonly inputs: readonly Tensor[];
  /** By role, in the executor's layout. */
  readonly arrays: Readonly<Record<string, Tensor>>;
  readonly attributes: A;
}

/** What a forward pass leaves behind. `saved` may hold inputs and the value; nothing may be disposed. */
export interface Trained {
  readonly value: Tensor;
  readonly saved: readonly Tensor[];
  /** New values of buffers, by role. */
  readonly buffers?: Readonly<Record<string, Tensor>>;
}

export interface BackwardCall<A> {
  readonly dy: Tensor;
  /** As the forward pass left them. */
  readonly saved: readonly Tensor[];
  readonly arrays: Readonly<Record<string, Tensor>>;
  readonly attributes: A;
  readonly inputShapes: readonly (readonly number[])[];
  /** Which inputs' gradients are needed. */
  readonly wanted: readonly boolean[];
}

/** New tensors; `inputs` in order, undefined where not wanted; `arrays` for every trained role. */
export interface Gradients {
  readonly inputs: readonly (Tensor | undefined)[];
  readonly arrays: Readonly<Record<string, Tensor>>;
}

/** Forward, backward and accounting of one node. The executor calls the tensor functions inside a tidy. */
export interface Operation<S extends z.ZodType = z.ZodType> {
  readonly attributes: S;
  /** Number of inputs; `several` is two or more. */
  readonly arity: number | 'several';
  /** Shape of the result, without the batch dimension like all shapes here. */
  shape(inputs: readonly Shape[], attributes: z.output<S>): Shape | Refusal;
  arrays(inputs: readonly Shape[], attributes: z.output<S>): Readonly<Record<string, ArrayRole>>;
  /** Multiply-adds of a forward pass of one sample; work without multiplications counts 0. */
  multiplyAdds(inputs: readonly Shape[], shape: Shape, attributes: z.output<S>): number;
  train(call: Call<z.output<S>>): Trained;
  infer(call: Call<z.output<S>>): Tensor;
  backward(call: BackwardCall<z.output<S>>): Gradients;
}

/** An array of a call. Which there are was checked when the graph was compiled. */
export function arrayOf(arrays: Readonly<Record<string, Tensor>>, role: string): Tensor {
  const array = arrays[role];
  if (array === undefined) throw new TypeError(`operation called without its array "${role}"`);
  return array;
}

/** A tensor of a list whose length the graph guarantees. */
export function tensorAt(tensors: readonly Tensor[], index: number): Tensor {
  const tensor = tensors[index];
  if (tensor === undefined) throw new TypeError(`operation called without tensor ${index}`);
  return tensor;
}

export function product(shape: Shape): number {
  return shape.reduce((n, d) => n * d, 1);
}
