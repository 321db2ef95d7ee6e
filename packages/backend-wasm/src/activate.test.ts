import { getBackend } from '@tensorflow/tfjs-core';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { sectionIds } from '../build/sections.ts';
import { activateWasm } from './index.ts';

test('Winograd is chosen, fused where that works; a build can be forced; calling again changes nothing', async () => {
  const first = await activateWasm();
  expect(getBackend()).toBe('wasm');
  expect(first.numerics).toMatch(/^wasm-(fma|simd)-winograd-4$/);
  expect(first.threads).toBe(1);
  expect(first.kernels).toContain('CairnBatchNormTrain');
  expect(await activateWasm()).toEqual(first);
  expect((await activateWasm({ build: 'simd' })).numerics).toBe('wasm-simd-4');
  expect((await activateWasm()).numerics).toBe('wasm-simd-4');
});

test.each(['fma', 'simd', 'fma-wide', 'fma-shared', 'simd-shared', 'fma-wide-shared'])(
  'build %s has no static data and no start function, and imports only the memory',
  async (build) => {
    const bytes = await readFile(new URL(`../build-output/cairn-${build}.wasm`, import.meta.url));
    const ids = sectionIds(bytes);
    expect(ids.filter((id) => id === 8 || id === 11)).toEqual([]);
    const module = await WebAssembly.compile(bytes);
    expect(WebAssembly.Module.imports(module)).toEqual([{ module: 'env', name: 'memory', kind: 'memory' }]);
    expect(WebAssembly.Module.exports(module).filter(({ kind }) => kind === 'memory')).toEqual([]);
  },
);
