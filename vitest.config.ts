import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/build-output/**', '**/.cairn/**', '**/.nx/**'],
    // TensorFlow.js keeps its backend and its registry in the process: a process per file keeps tests apart.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
