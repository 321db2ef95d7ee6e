import { builtinModules } from 'node:module';
import { boundaries } from '@cairn/nx/boundaries';
import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import type { ESLint } from 'eslint';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Tests and what only they use. */
const tests = ['**/*.test.ts', '**/test-support/**/*.ts', '**/test-support.ts'];
const portable = 'packages/{core,nn,route,engine}/**/*.ts';
const configFiles = ['eslint.config.ts', 'vitest.config.ts', '**/vite.config.ts'];

/** Globals of a page that a typo would reach without a complaint, since the tree is checked with the DOM's types. */
const pageOnly =
  'document window name event status length top parent location history screen origin open close stop find focus blur print alert confirm prompt localStorage sessionStorage Image';
const nodeOnly = 'process Buffer global require module __dirname __filename setImmediate clearImmediate';

export default defineConfig(
  globalIgnores([
    '**/dist',
    '**/build-output',
    '**/.cairn',
    '.nx',
    '.venv',
    'packages/backend-wasm/assembly',
  ]),
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    // typescript-eslint and ESLint describe a rule's context differently.
    plugins: { '@nx': { rules: nx.rules } as unknown as ESLint.Plugin },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // A contract's method is async for every implementation, also for the one that has nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      'no-empty': ['error', { allowEmptyCatch: false }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true, IIFEs: true }],
      'no-restricted-exports': [
        'error',
        {
          restrictDefaultExports: {
            direct: true,
            named: true,
            defaultFrom: true,
            namedFrom: true,
            namespaceFrom: true,
          },
        },
      ],
      '@nx/enforce-module-boundaries': ['error', boundaries('sources')],
    },
  },
  {
    files: ['{packages,plugins}/**/*.ts'],
    rules: { 'no-restricted-globals': ['error', ...pageOnly.split(' ')] },
  },
  {
    files: [portable],
    ignores: tests,
    rules: {
      'no-restricted-globals': ['error', ...pageOnly.split(' '), ...nodeOnly.split(' ')],
      'no-restricted-imports': [
        'error',
        {
          paths: builtinModules,
          patterns: [{ group: ['node:*'], message: 'This package also runs in a browser: take a Store.' }],
        },
      ],
    },
  },
  {
    files: tests,
    rules: {
      'max-lines-per-function': 'off',
      '@nx/enforce-module-boundaries': ['error', boundaries('tests')],
    },
  },
  // A contract suite is a list of checks.
  { files: ['packages/testing/src/*-suite.ts'], rules: { 'max-lines-per-function': 'off' } },
  { files: configFiles, rules: { 'no-restricted-exports': 'off' } },
  {
    files: ['**/*.js'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly' } },
  },
);
