import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { coloured, unicode, widthOf } from './output.ts';
import { cairn } from './test-host.ts';

const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 132 });

test('colours only on a terminal, and not where NO_COLOR is set', () => {
  expect(coloured(terminal, {})).toBe(true);
  expect(coloured(terminal, { NO_COLOR: '1' })).toBe(false);
  expect(coloured(terminal, { NO_COLOR: '' })).toBe(true);
  expect(coloured(terminal, { TERM: 'dumb' })).toBe(false);
  expect(coloured(new PassThrough(), {})).toBe(false);
  expect([widthOf(terminal), widthOf(new PassThrough())]).toEqual([132, 80]);
});

test('UTF-8 by the locale, in the order of POSIX', () => {
  expect(unicode({ LANG: 'en_GB.UTF-8' }, 'linux')).toBe(true);
  expect(unicode({ LANG: 'C.utf8' }, 'linux')).toBe(true);
  expect(unicode({ LC_ALL: 'C', LANG: 'en_GB.UTF-8' }, 'linux')).toBe(false);
  expect(unicode({ LC_ALL: '', LC_CTYPE: 'de_DE.UTF-8', LANG: 'C' }, 'linux')).toBe(true);
  expect(unicode({}, 'linux')).toBe(false);
  expect(unicode({}, 'darwin')).toBe(true);
});

test('--json writes to the file as typed, and makes its folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cairn-json-'));
  try {
    const { code } = await cairn('plugins --json deep/out.json', { env: { INIT_CWD: folder } });
    expect(code).toBe(0);
    expect(JSON.parse(await readFile(join(folder, 'deep/out.json'), 'utf8'))).toEqual([]);
    expect((await cairn('plugins --json')).out).toBe('[]\n');
  } finally {
    await rm(folder, { recursive: true });
  }
});
