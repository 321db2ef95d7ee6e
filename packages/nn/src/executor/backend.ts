import type { Backend, BackendInfo, BackendOptions } from '@cairn/core';
import { recordKernels } from './record-kernels.ts';
import { TfjsNetwork } from './tfjs-network.ts';

export interface TfjsBackendSpec {
  readonly id: string;
  /** Makes a TensorFlow.js backend the active one, with whatever kernels it adds. */
  readonly activate: (options?: BackendOptions) => Promise<BackendInfo>;
}

/** A backend that runs graphs on the TensorFlow.js executor. */
export function createTfjsBackend({ id, activate }: TfjsBackendSpec): Backend {
  return { id, activate, compile: (graph, use) => new TfjsNetwork(graph, use), profile: recordKernels };
}
