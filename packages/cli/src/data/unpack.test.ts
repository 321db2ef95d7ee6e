import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CairnError } from '@cairn/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { entries, isWhole, noise, put, sourceOf, tarOf, type TarEntry } from './fixtures/small-source.ts';
import { unpackArchive } from './unpack.ts';

let folder: string;
let own: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-unpack-'));
  own = join(folder, 'own');
  mkdirSync(own);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What unpacking says; whatever it says, no temporary folder stays. */
async function unpack(archive: Uint8Array): Promise<string> {
  put(folder, 'tiny.tar.gz', archive);
  const error: unknown = await unpackArchive(join(folder, 'tiny.tar.gz'), sourceOf(archive), own).catch(
    (e: unknown) => e,
  );
  expect(readdirSync(own)).toEqual(['tiny-bin']);
  if (error === undefined) return 'done';
  expect(error).toBeInstanceOf(CairnError);
  if (!(error instanceof CairnError)) return 'no error of ours';
  expect(readdirSync(join(own, 'tiny-bin'))).toEqual([]);
  return `${error.code} ${error.message.replaceAll(folder, '')}`;
}

test('the declared files are unpacked, other plain files left out', async () => {
  expect(await unpack(tarOf(entries))).toBe('done');
  expect(isWhole(own)).toBe(true);
  expect(existsSync(join(own, 'tiny-bin', 'readme.html'))).toBe(false);
});

test.each<[TarEntry, string]>([
  [{ path: '../evil.txt', bytes: noise(9, '') }, 'a path outside its folder, ../evil.txt'],
  [
    { path: 'tiny-bin/../../evil.txt', bytes: noise(9, '') },
    'a path outside its folder, tiny-bin/../../evil.txt',
  ],
  [{ path: '/tmp/evil.txt', bytes: noise(9, '') }, 'a path outside its folder, /tmp/evil.txt'],
  [{ path: 'tiny-bin', type: 'SymbolicLink', linkpath: '/tmp' }, 'a SymbolicLink, tiny-bin'],
  [{ path: 'tiny-bin/train.bin', type: 'Link', linkpath: '/etc/hosts' }, 'a Link, tiny-bin/train.bin'],
  [{ path: 'tiny-bin/pipe', type: 'FIFO' }, 'a FIFO, tiny-bin/pipe'],
])('an archive with %o is refused whole', async (entry, what) => {
  const refused = `CAIRN_DATA_ARCHIVE tiny: /tiny.tar.gz: holds ${what}`;
  expect(await unpack(tarOf([entry, ...entries]))).toBe(refused);
  expect(await unpack(tarOf([...entries, entry]))).toBe(refused);
  expect(existsSync(join(folder, 'evil.txt'))).toBe(false);
});

test('an archive that lacks a file, has it twice, or in another size or content, is refused', async () => {
  const [root, readme, train, held] = entries as [TarEntry, TarEntry, TarEntry, TarEntry];
  const messages = [
    await unpack(tarOf([root, readme, train])),
    await unpack(tarOf([...entries, held])),
    await unpack(tarOf([root, train, { ...held, bytes: noise(401, 'test') }])),
    await unpack(tarOf([root, train, { ...held, bytes: noise(400, 'other') }])),
  ];
  expect(messages.join('\n')).toMatchInlineSnapshot(`
    "CAIRN_DATA_ARCHIVE tiny: /tiny.tar.gz: holds no tiny-bin/test.bin
    CAIRN_DATA_ARCHIVE tiny: /tiny.tar.gz: holds tiny-bin/test.bin twice
    CAIRN_DATA_ARCHIVE tiny: /tiny.tar.gz: tiny-bin/test.bin has 401 bytes, expected 400
    CAIRN_DATA_CHECKSUM tiny: /tiny.tar.gz: tiny-bin/test.bin: got md5 91041bc0cfcfc7b1d672bb233ccf80f0, expected fecf9b64ea352cd02217daa64476438d"
  `);
});

test('bytes that are no archive, and half an archive, are refused', async () => {
  expect(await unpack(noise(3000, 'junk'))).toMatch(
    /^CAIRN_DATA_ARCHIVE tiny: \/tiny.tar.gz: not a readable/,
  );
  expect(await unpack(tarOf(entries).subarray(0, 1_000_000))).toMatch(/^CAIRN_DATA_ARCHIVE/);
});
