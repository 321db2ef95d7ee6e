import { spawn } from 'node:child_process';
import type { Host } from '../command.ts';

/** Opens an address in the user's browser, where there is a screen to see it on. The address was printed: no error. */
export function openInBrowser(
  uri: string,
  env: Host['env'],
  platform: NodeJS.Platform = process.platform,
): void {
  const command = browserCommand(uri, env, platform);
  if (command === undefined) return;
  const [program, ...args] = command;
  const child = spawn(program, args, { stdio: 'ignore', detached: true, env: { ...env } });
  child.on('error', () => undefined); // no such program
  child.unref();
}

/** Undefined where nobody would see it. */
export function browserCommand(
  uri: string,
  env: Host['env'],
  platform: NodeJS.Platform,
): readonly [string, ...string[]] | undefined {
  if (env['CI'] !== undefined && env['CI'] !== '' && env['CI'] !== 'false') return undefined;
  if (platform === 'darwin') return ['open', uri];
  if (platform === 'win32') return ['cmd', '/c', 'start', '', uri];
  const screen = env['DISPLAY'] ?? env['WAYLAND_DISPLAY'] ?? '';
  return screen === '' ? undefined : ['xdg-open', uri];
}
