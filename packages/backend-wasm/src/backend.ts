import {
  BackendError,
  type Backend,
  type BackendInfo,
  type BackendOptions,
  type CompileUse,
  type Network,
  type NetworkGraph,
} from '@cairn/core';
import { recordKernels, TfjsNetwork } from '@cairn/nn';
import { loadWasm } from './activate.ts';
import { builds, numericsOf, type Build, type LoadedBuild } from './builds.ts';
import { CompiledNetwork, type Compiler } from './compiled/compiled-network.ts';
import { canLower } from './compiled/lower/table.ts';
import { affordableThreads, Team } from './compiled/team/team.ts';

const devices: Readonly<Record<Build, string>> = {
  fma: 'WebAssembly, relaxed SIMD',
  simd: 'WebAssembly, SIMD',
  'fma-winograd': 'WebAssembly, relaxed SIMD, Winograd',
  'simd-winograd': 'WebAssembly, SIMD, Winograd',
};

export interface WasmBackendOptions {
  /** Kernels for V8's experimental 256-bit vectors: faster, the same bits. @default false */
  readonly wide?: boolean;
}

/**
 * The embedded backend. Networks whose operations it knows run as compiled programs on a team of threads, others on the
 * TensorFlow.js executor with the training kernels of this package.
 */
export function wasmBackend(own: WasmBackendOptions = {}): Backend {
  let compiler: Compiler | undefined;
  return {
    id: 'wasm',
    ways,
    async activate(options = {}) {
      const { info, ...active } = await activate({ ...own, ...wideBy(options), ...options });
      compiler = active;
      return info;
    },
    compile: (graph, use) => compile(compiler, graph, use),
    profile() {
      const stops = [recordKernels(), ...(compiler === undefined ? [] : [compiler.team.record()])];
      return () => stops.flatMap((stop) => stop()).sort((a, b) => a.start - b.start);
    },
  };
}

/** The second runs with V8's experimental vectors. */
const ways = ['narrow', 'wide'] as const;

/** @throws CAIRN_BACKEND_WAY */
function wideBy({ way }: BackendOptions): WasmBackendOptions {
  if (way === undefined) return {};
  if (way === 'narrow' || way === 'wide') return { wide: way === 'wide' };
  throw new BackendError('CAIRN_BACKEND_WAY', `way: got "${way}"`, { fix: ways.join(' or ') });
}

function compile(compiler: Compiler | undefined, graph: NetworkGraph, use: CompileUse): Network {
  if (compiler === undefined)
    throw new BackendError('CAIRN_BACKEND_INACTIVE', 'compile: the wasm backend was not activated', {
      fix: '`await backend.activate()` first',
    });
  return canLower(graph) ? new CompiledNetwork(graph, use, compiler) : new TfjsNetwork(graph, use);
}

/** Teams by build and size: one memory per process, whoever activates a backend, and no thread is started twice. */
const teams = new Map<string, Promise<Team>>();

function teamOf({ build, shared, wide }: LoadedBuild, threads: number): Promise<Team> {
  const key = `${build.split('-')[0]} ${wide ? 'wide' : 'narrow'} ${threads}`;
  const known = teams.get(key);
  if (known !== undefined) return known;
  const team = Team.start({ module: shared, threads });
  teams.set(key, team);
  team.catch(() => teams.delete(key));
  return team;
}

async function activate({
  numerics,
  threads = 1,
  wide,
}: BackendOptions & WasmBackendOptions): Promise<Compiler & { readonly info: BackendInfo }> {
  const wanted = numerics === undefined ? undefined : buildOf(numerics);
  const loaded = await loadWasm({
    ...(wanted !== undefined && { build: wanted }),
    ...(wide !== undefined && { wide }),
  });
  const team = await teamOf(loaded, affordableThreads(threads));
  const { build } = loaded;
  const info = {
    id: 'wasm',
    numerics: loaded.numerics,
    device: devices[build] + (loaded.wide ? ', 256 bits' : ''),
    threads: team.threads,
  };
  return { team, winograd: build.endsWith('winograd'), info };
}

/** @throws CAIRN_BACKEND_NUMERICS for numerics of another version or backend */
function buildOf(numerics: string): Build {
  const build = builds.find((b) => numericsOf(b) === numerics);
  if (build !== undefined) return build;
  throw new BackendError('CAIRN_BACKEND_NUMERICS', `numerics: got "${numerics}"`, {
    fix: `this version computes with ${builds.map(numericsOf).join(' or ')}`,
  });
}
