import { spawnSync } from 'node:child_process';
import { mkdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/**
 * Makes a new workspace package known: npm writes the lock file and the link, without a network since all that a
 * plugin needs is there. Where npm cannot, the link alone is made, as npm would.
 * @returns a line for people where something is left to do
 */
export function linkPackage(root: string, name: string, folder: string): string | undefined {
  const options = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { status, stderr, error } = spawnSync('npm', ['install', ...options], {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  const link = join(root, 'node_modules', name);
  if (status === 0 && targetOf(link) !== undefined) return undefined;
  if (targetOf(link) === undefined) {
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(relative(dirname(link), join(root, folder)), link, 'junction');
  }
  const reason = (error?.message ?? stderr).split('\n').find((line) => line.includes('rror')) ?? '';
  return `linked ${name} without npm (${reason.trim()}); "npm install" brings package-lock.json up to date`;
}

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
