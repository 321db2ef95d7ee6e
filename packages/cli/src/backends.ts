import type { Backend } from '@cairn/core';

/** What can compute here, by the id that `--backend` takes. Loaded when called: a backend is slow to start. */
export const builtinBackends: Readonly<Record<string, () => Promise<Backend>>> = {
  wasm: async () => (await import('@cairn/backend-wasm')).wasmBackend(),
};
