import type { Network, NetworkGraph } from './network.ts';

export interface BackendInfo {
  readonly id: string;
  /** The choices that change bits: kernel build, algorithm per shape, shard count. Pinned for a whole study. */
  readonly numerics: string;
  /** For people: `WebAssembly, relaxed SIMD`. */
  readonly device: string;
  readonly threads: number;
}

export interface BackendOptions {
  /** A pinned choice to reproduce. @throws CAIRN_BACKEND_NUMERICS where it is not to be had */
  readonly numerics?: string;
  /** Cores that one network may use; never changes bits. More than there are: as many as there are. @default 1 */
  readonly threads?: number;
  /** One of the backend's `ways`; never changes bits. @default the first */
  readonly way?: string;
}

/** A stretch of one thread's time in a backend. */
export interface Span {
  /** The kernel, as a person finds it in the sources: `winogradForward`, `Softmax`. */
  readonly kernel: string;
  /** `wait`: at a barrier, for other threads. */
  readonly kind: 'convolution' | 'other' | 'wait';
  /** The node of the graph that it works for, where there is one. */
  readonly node?: string;
  /** From 0, the main thread. */
  readonly thread: number;
  /** Milliseconds by the main thread's `performance.now()`. */
  readonly start: number;
  readonly end: number;
}

export interface CompileUse {
  /** Taps that will be asked for besides the outputs. */
  readonly taps: readonly string[];
  readonly train: boolean;
}

export interface Backend {
  readonly id: string;
  /** Ways to compute the same bits; machines differ in which is the fastest. @default one */
  readonly ways?: readonly string[];
  activate(options?: BackendOptions): Promise<BackendInfo>;
  /** A network with its arrays at zero: `load` a state before use. */
  compile(graph: NetworkGraph, use: CompileUse): Network;
  /**
   * Records every kernel that runs from now on, on all threads, until the function that it returns is called: that
   * gives the spans, no two of a thread overlapping. One recording at a time. Absent where a backend cannot; costs
   * nothing while nothing is recorded.
   */
  profile?(): () => readonly Span[];
}
