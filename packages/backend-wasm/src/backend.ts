import { BackendError, type Backend, type BackendInfo, type BackendOptions } from '@cairn/core';
import { createTfjsBackend } from '@cairn/nn';
import { activateWasm } from './activate.ts';
import { builds, numericsOf, type Build } from './builds.ts';

const devices: Readonly<Record<Build, string>> = {
  fma: 'WebAssembly, relaxed SIMD',
  simd: 'WebAssembly, SIMD',
  'fma-winograd': 'WebAssembly, relaxed SIMD, Winograd',
  'simd-winograd': 'WebAssembly, SIMD, Winograd',
};

/** The embedded backend: networks on the TensorFlow.js executor, with the training kernels of this package. */
export function wasmBackend(): Backend {
  return createTfjsBackend({ id: 'wasm', activate });
}

async function activate({ numerics }: BackendOptions = {}): Promise<BackendInfo> {
  const build = numerics === undefined ? undefined : buildOf(numerics);
  const info = await activateWasm(build === undefined ? {} : { build });
  const device = devices[buildOf(info.numerics)];
  return { id: 'wasm', numerics: info.numerics, device, threads: info.threads };
}

/** @throws CAIRN_BACKEND_NUMERICS for numerics of another version or backend */
function buildOf(numerics: string): Build {
  const build = builds.find((b) => numericsOf(b) === numerics);
  if (build !== undefined) return build;
  throw new BackendError('CAIRN_BACKEND_NUMERICS', `numerics: got "${numerics}"`, {
    fix: `this version computes with ${builds.map(numericsOf).join(' or ')}`,
  });
}
