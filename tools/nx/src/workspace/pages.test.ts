import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { commandFault } from './commands.ts';
import { commandsOf } from './markdown.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...below('docs'),
  ...below('plugins'),
  ...below('experiments'),
];
const textOf = (page: string) => readFileSync(join(root, page), 'utf8');

function below(folder: string): string[] {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.md') && !file.includes('node_modules'))
    .map((file) => `${folder}/${file}`);
}

test('every command on a page is one', () => {
  const faults = pages.flatMap((page) =>
    commandsOf(textOf(page)).flatMap((command) => {
      const fault = commandFault(command, root);
      return fault === undefined ? [] : [`${page}: ${command}: ${fault}`];
    }),
  );
  expect(faults).toEqual([]);
});

test('commands that are none are told', () => {
  const page =
    '```sh\n$ npx cairn rn quickstart && npx nx run experiments:quickstart:huge # no\n```\nand `cairn run quikstart`';
  expect(commandsOf(page).map((command) => commandFault(command, root))).toEqual([
    'no command "rn"',
    'quickstart has no profile "huge"',
    'cairn run: no study "quikstart"',
  ]);
  const others = [
    'npx cairn run quickstart --sedes=1',
    'npx nx g @cairn/nx:lose x',
    'npx nx test loss-kd',
    'cairn run <study>',
  ];
  expect(others.map((command) => commandFault(command, root))).toEqual([
    '--sedes: cairn run has no such flag',
    'no generator "@cairn/nx:lose"',
    undefined,
    undefined,
  ]);
});
