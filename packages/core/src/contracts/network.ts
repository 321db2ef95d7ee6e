import type { Tensor } from '@tensorflow/tfjs-core';
import type { JsonObject } from '../json.ts';
import type { OptimizerRule } from './training.ts';

/** Named tensors: `logits`, `embedding`, taps such as `layer2`. The first dimension is the batch. */
export type Outputs = Readonly<Record<string, Tensor>>;

/** A shape without the batch dimension; images are height, width, channels. */
export type Shape = readonly number[];

/** How a parameter or buffer starts. Fans are counted from the PyTorch layout. */
export type Initializer =
  | { readonly kind: 'zeros' }
  | { readonly kind: 'ones' }
  /** N(0, 2/fan): He et al., arXiv 1502.01852, section 2.2. */
  | { readonly kind: 'kaiming-normal'; readonly fan: 'in' | 'out' }
  /** U(±1/√fanIn): PyTorch's default for linear and convolution; `fanIn` given for biases. */
  | { readonly kind: 'torch-uniform'; readonly fanIn: number }
  | { readonly kind: 'normal'; readonly std: number };

/** A trained array, or (as a buffer) one that training moves without a gradient. Names and layouts are PyTorch's. */
export interface ArraySpec {
  readonly name: string;
  /** PyTorch's: convolution [out, in/groups, h, w], linear [out, in], vector [n], scalar []. */
  readonly shape: Shape;
  readonly init: Initializer;
}

/** One operation. `inputs` are node ids; `arrays` maps the operation's roles to parameter and buffer names. */
export interface GraphNode {
  readonly id: string;
  /** A name of the vocabulary of `@cairn/nn`: `conv2d`, `batchNorm`, `relu`, `add`, … */
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attributes: JsonObject;
  readonly arrays: Readonly<Record<string, string>>;
  /** Shape of the result, without the batch dimension. */
  readonly shape: Shape;
}

/**
 * A network as data: counted, exported, drawn and executed from the same description.
 * Nodes stand in an order in which they can be computed.
 */
export interface NetworkGraph {
  readonly inputs: Readonly<Record<string, Shape>>;
  readonly nodes: readonly GraphNode[];
  readonly parameters: readonly ArraySpec[];
  readonly buffers: readonly ArraySpec[];
  /** Output name to node id: at least `logits`; `embedding` where there is one. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Feature points that a loss may ask for, by name, to node id. */
  readonly taps: Readonly<Record<string, string>>;
}

/** An array on the host, in PyTorch's layout. */
export type HostTensor =
  | { readonly dtype: 'float32'; readonly shape: Shape; readonly data: Float32Array }
  | { readonly dtype: 'int32'; readonly shape: Shape; readonly data: Int32Array };
export type HostTensors = Readonly<Record<string, HostTensor>>;

/** Everything that a network is at a moment. */
export interface NetState {
  /** Parameters and buffers by name. */
  readonly weights: HostTensors;
  /** The optimiser's arrays by `<slot>/<parameter>`; empty before the first update or for a frozen network. */
  readonly optimizer: HostTensors;
  /** Updates since the optimiser was reset. */
  readonly updates: number;
}

/** What a loss may know of a network: shapes of outputs and taps without the batch dimension. */
export interface NetInfo {
  readonly outputs: Readonly<Record<string, Shape>>;
  readonly taps: Readonly<Record<string, Shape>>;
}

/**
 * A graph on a backend. Tensors passed in are not disposed; tensors that come back belong to the caller.
 */
export interface Network {
  readonly graph: NetworkGraph;
  readonly info: NetInfo;
  /**
   * Inference mode; has its own buffers, so it never disturbs a pending backward.
   * @param wanted names of outputs and taps to return; all that the network was compiled for by default
   */
  infer(inputs: Outputs, wanted?: readonly string[]): Promise<Outputs>;
  /** Training mode; keeps what `backward` needs until `backward` or the next `forward`. `wanted` as for `infer`. */
  forward(inputs: Outputs, wanted?: readonly string[]): Outputs;
  /**
   * Sets the gradient of every parameter from gradients of outputs or taps. Returns nothing that is kept:
   * gradients live until `update`.
   */
  backward(gradients: Outputs): void;
  /** Applies the gradients of the last `backward`. */
  update(rule: OptimizerRule, learningRate: number): void;
  /** Forgets momentum and its kin. */
  resetOptimizer(): void;
  save(): Promise<NetState>;
  /** @throws CAIRN_WEIGHTS_MISMATCH for a missing, unknown or wrongly shaped array */
  load(state: NetState): void;
  dispose(): void;
}
