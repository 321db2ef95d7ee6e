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
}

export interface CompileUse {
  /** Taps that will be asked for besides the outputs. */
  readonly taps: readonly string[];
  readonly train: boolean;
}

export interface Backend {
  readonly id: string;
  activate(options?: BackendOptions): Promise<BackendInfo>;
  /** A network with its arrays at zero: `load` a state before use. */
  compile(graph: NetworkGraph, use: CompileUse): Network;
}
