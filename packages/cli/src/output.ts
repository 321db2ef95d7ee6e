import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { JsonTarget } from './args/flags.ts';
import type { Host, OutputStream } from './command.ts';

/** Writes lines to standard output or error. */
export function print(stream: OutputStream, lines: string | readonly string[]): void {
  for (const line of typeof lines === 'string' ? [lines] : lines) stream.write(`${line}\n`);
}

/** Writes what `--json` asked for: to the file, resolved from where the command was typed, or to standard output. */
export async function printJson(host: Host, target: JsonTarget, value: unknown): Promise<void> {
  const text = `${JSON.stringify(value, undefined, 2)}\n`;
  if (target.file === undefined) {
    host.out.write(text);
    return;
  }
  const path = host.typedPath(target.file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** Columns of the terminal; 80 where it is none. */
export function widthOf(stream: OutputStream): number {
  return stream.isTTY === true && stream.columns !== undefined && stream.columns > 0 ? stream.columns : 80;
}

/** Whether to colour what goes to the stream: a terminal, and no `NO_COLOR`. */
export function coloured(stream: OutputStream, env: Host['env']): boolean {
  const refused = env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '';
  return stream.isTTY === true && !refused && env['TERM'] !== 'dumb';
}

/** Whether the locale writes UTF-8, by the rules of POSIX: LC_ALL before LC_CTYPE before LANG. */
export function unicode(env: Host['env'], platform: NodeJS.Platform = process.platform): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((v) => v !== undefined && v !== '');
  if (locale === undefined) return platform === 'win32' || platform === 'darwin';
  return /utf-?8/i.test(locale);
}
