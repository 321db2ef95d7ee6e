import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { linkPackage } from './link.ts';

const folder = 'plugins/loss/own';

/** A workspace with one package that npm does not know yet. */
function workspace(dependencies: object): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'cairn-link-')));
  onTestFinished(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, folder), { recursive: true });
  const manifest = { name: 'w', private: true, workspaces: ['plugins/*/*'], dependencies };
  writeFileSync(join(root, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(root, folder, 'package.json'), '{ "name": "@cairn/loss-own", "version": "0.1.0" }');
  return root;
}

const linked = (root: string) => realpathSync(join(root, 'node_modules/@cairn/loss-own'));

test('npm writes link and lock file', () => {
  const root = workspace({});
  expect(linkPackage(root, '@cairn/loss-own', folder)).toBeUndefined();
  expect(linked(root)).toBe(join(root, folder));
  expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).toContain('node_modules/@cairn/loss-own');
});

test('where npm lacks something the link is made all the same, and it is said what is left to do', () => {
  const root = workspace({ 'file-that-is-not-there': 'file:nowhere.tgz' });
  const left = linkPackage(root, '@cairn/loss-own', folder);
  expect(left).toMatch(
    /^linked @cairn\/loss-own without npm \(.*error.*\); "npm install" brings package-lock.json up/,
  );
  expect(linked(root)).toBe(join(root, folder));
  expect(existsSync(join(root, 'package-lock.json'))).toBe(false);
});
