/** Makes TensorFlow.js's WASM backend the active one and gives it the training kernels. */
import {
  backend as currentBackend,
  getKernel,
  ready,
  registerKernel,
  setBackend,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { getThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import { BackendError } from '@cairn/core';
import type { Build, LoadedBuild } from './builds.ts';
import { loadBuild } from './builds.ts';
import { registerGradients } from './gradients.ts';
import { registeredKernels, trainingKernels } from './kernels/index.ts';
import { bindRuntime } from './runtime.ts';
import type { WasmBackend } from './tfjs-backend.ts';
import { isWasmBackend } from './tfjs-backend.ts';

export interface WasmOptions {
  /** @default 'fma-winograd' where the runtime has fused multiply-add, else 'simd-winograd' */
  readonly build?: Build;
  /** Kernels for V8's experimental 256-bit vectors: faster, the same bits (`wide.ts`). @default false */
  readonly wide?: boolean;
}

export interface WasmInfo {
  readonly backend: 'wasm';
  /** Equal strings promise bit-equal results, for example `wasm-fma-winograd-4`. */
  readonly numerics: string;
  readonly threads: number;
  /** Names of the kernels that Cairn registered. */
  readonly kernels: readonly string[];
}

const loadedBuilds = new WeakMap<WasmBackend, LoadedBuild>();

async function startBackend(): Promise<WasmBackend> {
  const started = await setBackend('wasm');
  await ready();
  const backend: unknown = started ? currentBackend() : undefined;
  if (isWasmBackend(backend)) return backend;
  throw new BackendError('CAIRN_BACKEND_START', "TensorFlow.js could not start its backend 'wasm'.", {
    fix: 'Check that @tensorflow/tfjs-backend-wasm 4.22 is installed whole: `npm ci`.',
  });
}

let registered = false;

/** Kernels find their runtime through the backend, so one registration serves every backend instance and build. */
function register(): void {
  if (registered) return;
  registered = true;
  for (const config of registeredKernels) {
    if (getKernel(config.kernelName, 'wasm') !== undefined) unregisterKernel(config.kernelName, 'wasm');
    registerKernel(config);
  }
}

/** Idempotent: a second call keeps what is loaded, unless it asks for another build or width. */
export async function activateWasm(options: WasmOptions = {}): Promise<WasmInfo> {
  const { numerics } = await loadWasm(options);
  return {
    backend: 'wasm',
    numerics,
    threads: Math.max(1, getThreadsCount()),
    kernels: trainingKernels.map(({ kernelName }) => kernelName),
  };
}

/** The build that computes from now on. */
export async function loadWasm(options: WasmOptions): Promise<LoadedBuild> {
  await registerGradients();
  const backend = await startBackend();
  let loaded = loadedBuilds.get(backend);
  const { build = loaded?.build, wide = loaded?.wide ?? false } = options;
  if (loaded === undefined || build !== loaded.build || wide !== loaded.wide) {
    loaded = await loadBuild(backend, { ...(build !== undefined && { build }), wide });
    bindRuntime(backend, loaded.runtime);
    loadedBuilds.set(backend, loaded);
    register();
  }
  return loaded;
}
