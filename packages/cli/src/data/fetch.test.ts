import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CairnError } from '@cairn/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { serve } from './fixtures/archive-server.ts';
import { contents, entries, isWhole, noise, put, sourceOf, tarOf } from './fixtures/small-source.ts';
import { fetchSource, openContext, type FetchProgress } from './index.ts';

const archive = tarOf(entries);
let folder: string;
let own: string;
let roots: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-fetch-'));
  own = join(folder, 'own');
  roots = [join(folder, 'shared'), own];
});
afterEach(() => rmSync(folder, { recursive: true }));

const part = (): string => join(own, 'tiny.tar.gz.part');

async function failure(action: Promise<unknown>): Promise<string> {
  const error: unknown = await action.then(
    () => 'no error',
    (e: unknown) => e,
  );
  if (!(error instanceof CairnError)) return String(error);
  return [`${error.code} ${error.message}`, ...error.fix]
    .join('\n')
    .replaceAll(folder, '')
    .replace(/127\.0\.0\.1:\d+/g, 'host')
    .replace(/\b[0-9a-f]{32}\b/g, '<md5>');
}

test('an archive is downloaded, checked, unpacked and removed; only declared files arrive', async () => {
  await using server = await serve(archive);
  const seen: FetchProgress[] = [];
  expect(await fetchSource(sourceOf(archive, server.url), roots, { progress: (p) => seen.push(p) })).toBe(
    true,
  );
  expect(readdirSync(own)).toEqual(['tiny-bin']);
  expect(readdirSync(join(own, 'tiny-bin')).sort()).toEqual(['test.bin', 'train.bin']);
  expect(isWhole(own)).toBe(true);
  const arrived = seen.filter((p) => p.step === 'download').map((p) => p.done);
  expect(arrived).toEqual([...arrived].sort((a, b) => a - b));
  expect(arrived.at(-1)).toBe(archive.length);
  expect(seen.at(-1)).toEqual({ id: 'tiny', step: 'unpack', done: archive.length, total: archive.length });
  expect(await fetchSource(sourceOf(archive, server.url), roots)).toBe(false);
  expect(server.asked).toEqual(['whole']);
});

test('a data set is fetched when it is opened only where that is allowed', async () => {
  await using server = await serve(archive);
  const source = sourceOf(archive, server.url);
  expect(await failure(openContext(roots).files(source))).toContain('CAIRN_DATA_MISSING');
  expect(server.asked).toEqual([]);
  const files = await openContext(roots, { fetch: true }).files(source);
  expect(files.get('test.bin')?.length).toBe(400);
});

test('a download goes on where the last one stopped', async () => {
  await using server = await serve(archive, { cuts: [1000] });
  const source = sourceOf(archive, server.url);
  expect(await failure(fetchSource(source, roots))).toMatchInlineSnapshot(`
    "CAIRN_DATA_UNREACHABLE tiny: needs train.bin, test.bin; http://host/tiny.tar.gz: the connection broke off
    npx cairn data fetch tiny goes on from 1,000 bytes
    or put tiny.tar.gz (1,304,789 bytes, md5 <md5>), fetched by hand, at /own/tiny.tar.gz
    or put train.bin (1,300,000 bytes, md5 <md5>), test.bin (400 bytes, md5 <md5>) into CAIRN_DATA/tiny-bin/ or /own/tiny-bin/"
  `);
  expect(readFileSync(part()).equals(archive.subarray(0, 1000))).toBe(true);
  await fetchSource(source, roots);
  expect(server.asked).toEqual(['whole', 'bytes=1000-']);
  expect(isWhole(own)).toBe(true);
});

test('a connection that breaks off after bringing much is taken up again at once', async () => {
  await using server = await serve(archive, { cuts: [1_100_000] });
  await fetchSource(sourceOf(archive, server.url), roots);
  expect(server.asked).toEqual(['whole', 'bytes=1100000-']);
  expect(isWhole(own)).toBe(true);
});

test('a server that ignores ranges is read from the start', async () => {
  await using server = await serve(archive, { ranges: false });
  put(own, 'tiny.tar.gz.part', noise(5000, 'junk'));
  await fetchSource(sourceOf(archive, server.url), roots);
  expect(server.asked).toEqual(['bytes=5000-']);
  expect(isWhole(own)).toBe(true);
});

test('a part that is too long, or that the server cannot continue, is begun anew', async () => {
  await using server = await serve(archive);
  put(own, 'tiny.tar.gz.part', noise(archive.length + 1, 'junk'));
  await fetchSource(sourceOf(archive, server.url), roots);
  expect(server.asked).toEqual(['whole']);
  await using short = await serve(archive.subarray(0, 2000));
  put(own, 'tiny.tar.gz.part', noise(3000, 'junk'));
  rmSync(join(own, 'tiny-bin'), { recursive: true });
  expect(await failure(fetchSource(sourceOf(archive, short.url), roots))).toMatchInlineSnapshot(`
    "CAIRN_DATA_SIZE tiny: http://host/tiny.tar.gz: offers 2,000 bytes; expected 1,304,789 bytes, md5 <md5>
    the address offers another file than the one that is known; nothing was unpacked
    put the right one at /own/tiny.tar.gz (md5 <md5>)"
  `);
  expect(short.asked).toEqual(['bytes=3000-', 'whole']);
});

test('a wrong checksum leaves nothing behind', async () => {
  const altered = archive.map((v, i) => (i === 5000 ? v ^ 1 : v));
  await using server = await serve(altered);
  expect(await failure(fetchSource(sourceOf(archive, server.url), roots))).toMatchInlineSnapshot(`
    "CAIRN_DATA_CHECKSUM tiny: /own/tiny.tar.gz.part: got md5 <md5>, expected <md5>
    it was removed; npx cairn data fetch tiny begins anew"
  `);
  expect(readdirSync(own)).toEqual([]);
});

test('a body labelled as packed is stored as it came', async () => {
  await using server = await serve(archive, { headers: { 'content-encoding': 'x-gzip' } });
  await fetchSource(sourceOf(archive, server.url), roots);
  expect(isWhole(own)).toBe(true);
});

test('redirections are followed, an answer that is no file is not', async () => {
  await using server = await serve(archive);
  await using moved = await serve(new Uint8Array(), { status: 302, headers: { location: server.url } });
  await fetchSource(sourceOf(archive, moved.url), roots);
  expect(isWhole(own)).toBe(true);
  rmSync(join(own, 'tiny-bin'), { recursive: true });
  await using gone = await serve(new Uint8Array(), { status: 404 });
  expect(await failure(fetchSource(sourceOf(archive, gone.url), roots))).toMatchInlineSnapshot(`
    "CAIRN_DATA_UNREACHABLE tiny: needs train.bin, test.bin; http://host/tiny.tar.gz: answered 404 Not Found
    npx cairn data fetch tiny
    or put tiny.tar.gz (1,304,789 bytes, md5 <md5>), fetched by hand, at /own/tiny.tar.gz
    or put train.bin (1,300,000 bytes, md5 <md5>), test.bin (400 bytes, md5 <md5>) into CAIRN_DATA/tiny-bin/ or /own/tiny-bin/"
  `);
  await using loop = await serve(new Uint8Array(), { status: 301, headers: { location: '/tiny.tar.gz' } });
  expect(await failure(fetchSource(sourceOf(archive, loop.url), roots))).toContain(
    'more than 5 redirections',
  );
});

test('the proxy of the environment is used', async () => {
  await using proxy = await serve(archive);
  process.env['HTTP_PROXY'] = new URL(proxy.url).origin;
  try {
    await fetchSource(sourceOf(archive, 'http://data.invalid/tiny.tar.gz'), roots);
  } finally {
    delete process.env['HTTP_PROXY'];
  }
  expect(isWhole(own)).toBe(true);
});

test('no server at all is an error with a way by hand', async () => {
  const { url } = await (async () => {
    await using server = await serve(archive);
    return { url: server.url };
  })();
  const text = await failure(fetchSource(sourceOf(archive, url), roots));
  expect(text).toContain(
    'CAIRN_DATA_UNREACHABLE tiny: needs train.bin, test.bin; http://host/tiny.tar.gz: connect ECONNREFUSED',
  );
});

test('an abort stops the download and keeps what arrived', async () => {
  await using server = await serve(archive);
  const stop = new AbortController();
  const reason = new Error('interrupted');
  const action = fetchSource(sourceOf(archive, server.url), roots, {
    signal: stop.signal,
    progress: () => stop.abort(reason),
  });
  await expect(action).rejects.toBe(reason);
  expect(existsSync(part())).toBe(true);
});

test('an archive that lies in a root is unpacked without a network, after its checksum', async () => {
  put(folder, 'shared/tiny.tar.gz', archive);
  await openContext(roots).files(sourceOf(archive));
  expect(isWhole(own)).toBe(true);
  rmSync(join(own, 'tiny-bin'), { recursive: true });
  put(folder, 'shared/tiny.tar.gz', archive.subarray(0, 100));
  expect(await failure(openContext(roots).files(sourceOf(archive)))).toMatchInlineSnapshot(`
    "CAIRN_DATA_SIZE tiny: /shared/tiny.tar.gz: got 100 bytes, md5 <md5>; expected 1,304,789 bytes, md5 <md5>
    remove it, then npx cairn data fetch tiny"
  `);
});

test("a fetch replaces Cairn's own damaged file and refuses to go round the user's", async () => {
  await using server = await serve(archive);
  const source = sourceOf(archive, server.url);
  put(own, 'tiny-bin/train.bin', contents['train.bin'] as Uint8Array);
  put(own, 'tiny-bin/test.bin', noise(400, 'other'));
  await fetchSource(source, roots);
  expect(isWhole(own)).toBe(true);
  put(folder, 'shared/tiny-bin/test.bin', noise(400, 'other'));
  expect(await failure(fetchSource(source, roots))).toMatch(/^CAIRN_DATA_CHECKSUM tiny: \/shared/);
  expect(server.asked).toEqual(['whole']);
});
