import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CairnError } from '@cairn/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { contents, entries, put, sourceOf, tarOf } from './fixtures/small-source.ts';
import { checkSource, openContext } from './index.ts';

const source = sourceOf(tarOf(entries));
const train = contents['train.bin'] as Uint8Array;
const held = contents['test.bin'] as Uint8Array;
let folder: string;
let roots: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-data-'));
  roots = [join(folder, 'shared'), join(folder, 'own')];
});
afterEach(() => rmSync(folder, { recursive: true }));

async function failure(action: Promise<unknown>): Promise<string> {
  const error: unknown = await action.then(
    () => 'no error',
    (e: unknown) => e,
  );
  if (!(error instanceof CairnError)) return String(error);
  return [`${error.code} ${error.message}`, ...error.fix].join('\n').replaceAll(folder, '');
}

test('files are found in any root, in their folder or loose, and arrive byte for byte', async () => {
  put(folder, 'shared/tiny-bin/train.bin', train);
  put(folder, 'own/test.bin', held);
  const files = await openContext(roots).files(source);
  expect([...files.keys()]).toEqual(['train.bin', 'test.bin']);
  expect(Buffer.compare(files.get('train.bin') ?? new Uint8Array(), train)).toBe(0);
  expect(Buffer.compare(files.get('test.bin') ?? new Uint8Array(), held)).toBe(0);
});

test('missing files are named with their checksums, their places and the command', async () => {
  put(folder, 'shared/tiny-bin/test.bin', held);
  expect(await failure(openContext(roots).files(source))).toMatchInlineSnapshot(`
    "CAIRN_DATA_MISSING tiny: not found: train.bin (1,300,000 bytes, md5 d550d9aa013b442f48c6e7ceb48d8708)
    npx cairn data fetch tiny
    or put train.bin into /shared/tiny-bin/ or /own/tiny-bin/
    or put tiny.tar.gz (1,304,789 bytes, md5 ef4b19b71cf15e4fcf655d35d1c1e52a) at /own/tiny.tar.gz: http://127.0.0.1:9/tiny.tar.gz"
  `);
});

test('a short file and an altered file are refused with what was expected and found', async () => {
  put(folder, 'own/tiny-bin/train.bin', train.subarray(0, 1000));
  put(folder, 'own/tiny-bin/test.bin', held);
  expect(await failure(openContext(roots).files(source))).toMatchInlineSnapshot(`
    "CAIRN_DATA_SIZE tiny: /own/tiny-bin/train.bin: got 1,000 bytes, md5 82848f06c81b27eca28f7a58e911b4dc; expected 1,300,000 bytes, md5 d550d9aa013b442f48c6e7ceb48d8708
    npx cairn data fetch tiny replaces it"
  `);
  put(folder, 'own/tiny-bin/train.bin', train);
  put(
    folder,
    'shared/tiny-bin/test.bin',
    held.map((v, i) => (i === 399 ? v ^ 1 : v)),
  );
  expect(await failure(openContext(roots).files(source))).toMatchInlineSnapshot(`
    "CAIRN_DATA_CHECKSUM tiny: /shared/tiny-bin/test.bin: got md5 8c028b113710da76947aed015c052135, expected fecf9b64ea352cd02217daa64476438d
    replace this file, or remove it and run npx cairn data fetch tiny"
  `);
});

test('a check reports every file and throws nothing', async () => {
  put(folder, 'own/tiny-bin/test.bin', held.subarray(1));
  const states = (await checkSource(source, roots)).map((c) => [
    c.file.name,
    c.path?.replace(folder, ''),
    c.found,
  ]);
  expect(states).toEqual([
    ['train.bin', undefined, { state: 'missing' }],
    [
      'test.bin',
      '/own/tiny-bin/test.bin',
      { state: 'size', bytes: 399, md5: '931811026bea9acf0af4575e881cc2b3' },
    ],
  ]);
});
