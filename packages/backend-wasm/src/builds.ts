/**
 * The builds of the kernel module and how one is chosen: what the caller asks for, else the first of `builds` that the
 * runtime accepts and that computes rightly and with the rounding it claims (relaxed SIMD may or may not fuse). A
 * `winograd` build is the same module with another way of convolving.
 */
import { readFile } from 'node:fs/promises';
import { BackendError } from '@cairn/core';
import type { Runtime } from './runtime.ts';
import { createRuntime } from './runtime.ts';
import { fuses, multipliesRight } from './self-check.ts';
import type { WasmBackend } from './tfjs-backend.ts';
import { allowWideVectors, assertSameBits, noWideBuild } from './wide.ts';

/** `winograd`: 3×3 convolutions of stride 1 by Winograd's F(4×4, 3×3), about twice as fast, rounding 5e-6 for 3e-7. */
export type Build = 'fma' | 'simd' | 'fma-winograd' | 'simd-winograd';

/** Raised when a change of the kernels, or of how batches are cut (`compiled/batch.ts`), changes results' bits. */
const numericsVersion = 4;

/** The builds, the preferred one first. */
export const builds: readonly Build[] = ['fma-winograd', 'simd-winograd', 'fma', 'simd'];

/** What a build calls its results: they are bit-equal under equal strings. */
export function numericsOf(build: Build): string {
  return `wasm-${build}-${numericsVersion}`;
}

export interface LoadedBuild {
  readonly build: Build;
  /** For example `wasm-fma-winograd-4`: results are bit-equal under equal strings. */
  readonly numerics: string;
  readonly runtime: Runtime;
  /** The same kernels for shared memory, on which compiled networks run. */
  readonly shared: WebAssembly.Module;
  /** Whether these are the kernels for 256-bit vectors; their bits are the same. */
  readonly wide: boolean;
}

export interface BuildChoice {
  /** One build and no other; without it the best that works. */
  readonly build?: Build;
  /** Kernels for 256-bit vectors (see `wide.ts`). @default false */
  readonly wide?: boolean;
}

/** The error for a missing file of `build-output/`. */
export function notBuilt(file: string, cause: unknown): BackendError {
  return new BackendError(
    'CAIRN_BACKEND_NOT_BUILT',
    `The wasm backend is not compiled: build-output/${file} is missing.`,
    {
      fix: 'Run `npm run prepare` at the root of the workspace.',
      cause,
    },
  );
}

type Module = 'fma' | 'simd' | 'fma-wide';

async function readBuild(build: Module | `${Module}-shared`): Promise<Uint8Array<ArrayBuffer>> {
  const file = new URL(`../build-output/cairn-${build}.wasm`, import.meta.url);
  try {
    return new Uint8Array(await readFile(file));
  } catch (cause) {
    throw notBuilt(`cairn-${build}.wasm`, cause);
  }
}

/** Loads one build; undefined where the runtime cannot run it as what it claims to be. */
async function tryBuild(build: Build, backend: WasmBackend): Promise<LoadedBuild | undefined> {
  const module = build.startsWith('fma') ? 'fma' : 'simd';
  const bytes = await readBuild(module);
  if (!WebAssembly.validate(bytes)) return undefined;
  const runtime = await createRuntime(await WebAssembly.compile(bytes), backend, build.endsWith('winograd'));
  if (fuses(runtime) !== (module === 'fma') || !multipliesRight(runtime)) return undefined;
  const shared = await WebAssembly.compile(await readBuild(`${module}-shared`));
  return { build, numerics: numericsOf(build), runtime, shared, wide: false };
}

/** The same build with the wide kernels. */
async function widen(narrow: LoadedBuild, backend: WasmBackend): Promise<LoadedBuild> {
  if (!narrow.build.startsWith('fma')) throw noWideBuild(narrow.build);
  allowWideVectors();
  const module = await WebAssembly.compile(await readBuild('fma-wide'));
  const runtime = await createRuntime(module, backend, narrow.runtime.winograd);
  assertSameBits(narrow.runtime, runtime);
  const shared = await WebAssembly.compile(await readBuild('fma-wide-shared'));
  return { ...narrow, runtime, shared, wide: true };
}

/** @throws CAIRN_BACKEND_BUILD, CAIRN_BACKEND_WIDE */
export async function loadBuild(backend: WasmBackend, choice: BuildChoice = {}): Promise<LoadedBuild> {
  const { build: forced, wide = false } = choice;
  const candidates = forced === undefined ? builds : [forced];
  for (const build of candidates) {
    const loaded = await tryBuild(build, backend);
    if (loaded !== undefined) return wide ? widen(loaded, backend) : loaded;
  }
  throw new BackendError(
    'CAIRN_BACKEND_BUILD',
    `This runtime cannot run the wasm backend's build '${candidates.join("' or '")}'.`,
    {
      fix: forced?.startsWith('fma')
        ? "Relaxed SIMD needs Node 21 or newer and a processor with FMA; build 'simd' runs without them, with other rounding."
        : 'WebAssembly SIMD is needed: Node 20 or newer.',
    },
  );
}
