/** Float64 values and what a reference operation is. */

export interface Value64 {
  /** Batch first. */
  readonly shape: readonly number[];
  readonly data: Float64Array;
}
export type Arrays64 = Readonly<Record<string, Float64Array>>;

export interface Call64 {
  readonly inputs: readonly Value64[];
  /** By role, in PyTorch's layouts. */
  readonly arrays: Arrays64;
  /** As a graph holds them: defaults may be missing. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface Gradients64 {
  readonly inputs: readonly Float64Array[];
  /** Of the trained roles. */
  readonly arrays: Arrays64;
}

/** Naive, in float64, sharing no code with the operation that it is the reference of. */
export interface Reference64 {
  train(call: Call64): { readonly value: Value64; readonly buffers?: Arrays64 };
  infer(call: Call64): Value64;
  backward(call: Call64, dy: Float64Array): Gradients64;
}

export function at(data: Float64Array | undefined, i: number): number {
  const value = data?.[i];
  if (value === undefined) throw new RangeError(`no number ${i} of ${data?.length ?? 0}`);
  return value;
}

export function increase(data: Float64Array, i: number, by: number): void {
  data[i] = at(data, i) + by;
}

export function input(call: Call64, i = 0): Value64 {
  const value = call.inputs[i];
  if (value === undefined) throw new RangeError(`no input ${i}`);
  return value;
}

export function size(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

export function value64(shape: readonly number[], data: ArrayLike<number>): Value64 {
  if (data.length !== size(shape)) throw new RangeError(`${data.length} numbers for [${shape.join(', ')}]`);
  return { shape, data: Float64Array.from(data) };
}

/** [batch, height, width, channels] of an image value. */
export function imageShape({ shape }: Value64): [number, number, number, number] {
  const [batch = 0, height = 0, width = 0, channels = 0] = shape;
  return [batch, height, width, channels];
}

/** A number among the attributes. */
export function setting({ attributes }: Call64, name: string, otherwise?: number): number {
  const value = attributes[name] ?? otherwise;
  if (typeof value !== 'number') throw new TypeError(`attribute ${name}: got ${JSON.stringify(value)}`);
  return value;
}
