import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { locateArtifacts } from './artifact-location.ts';
import { createClient } from './client.ts';
import { createPool } from './exchange.ts';
import { startScripted, type Asked, type Reply, type ScriptedServer } from './test-support/index.ts';

let folder: string;
let server: ScriptedServer | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mlflow-artifacts-'));
});
afterEach(async () => {
  await server?.stop();
  await rm(folder, { recursive: true });
});

const owner = { artifactUri: 'mlflow-artifacts:/1/r1/artifacts', runId: 'r1' };
const root = '/api/2.0/mlflow-artifacts/artifacts';

/** As MLflow before 3.15: it keeps nothing of a body without a length, and says 200. */
function store(files: Map<string, string>): (asked: Asked) => Reply {
  return ({ method, path, query, headers, text }) => {
    if (method === 'PUT') files.set(path, headers['content-length'] === undefined ? '' : text);
    if (method === 'PUT') return {};
    if (!path.endsWith('artifacts/list')) return { body: files.get(path) ?? 'none' };
    const prefix = `${root}/1/r1/artifacts/${query.get('path') ?? ''}`.replace(/\/?$/, '/');
    const found = [...files].filter(([name]) => decodeURIComponent(name).startsWith(prefix));
    const base = `${root}/1/r1/artifacts/`.length;
    return {
      body: {
        files: found.map(([name, content]) => ({
          path: decodeURIComponent(name).slice(base),
          is_dir: false,
          file_size: String(Buffer.byteLength(content)),
        })),
      },
    };
  };
}

async function clientOf(reply: (asked: Asked) => Reply): Promise<ReturnType<typeof createClient>> {
  server = await startScripted(reply);
  return createClient({ uri: server.uri, retry: { retries: 0 } });
}

describe('uploads', () => {
  test('bytes, text and files are sent with their length, each part of the path encoded', async () => {
    const files = new Map<string, string>();
    const { artifacts } = await clientOf(store(files));
    const file = join(folder, 'data');
    await writeFile(file, 'from disk');
    expect(await artifacts.upload(owner, 'a b/ö+~%?.txt', 'text')).toEqual({
      path: 'a b/ö+~%?.txt',
      isFolder: false,
      bytes: 4,
    });
    await artifacts.upload(owner, 'bytes', new Uint8Array([65, 66]));
    await artifacts.upload(owner, 'file', { file });
    expect([...files]).toEqual([
      [`${root}/1/r1/artifacts/a%20b/%C3%B6%2B~%25%3F.txt`, 'text'],
      [`${root}/1/r1/artifacts/bytes`, 'AB'],
      [`${root}/1/r1/artifacts/file`, 'from disk'],
    ]);
    expect(new TextDecoder().decode(await artifacts.download(owner, 'file'))).toBe('from disk');
  });

  test('an empty file is a file', async () => {
    const files = new Map<string, string>();
    const { artifacts } = await clientOf(store(files));
    const file = join(folder, 'empty');
    await writeFile(file, '');
    expect(await artifacts.upload(owner, 'e', { file })).toMatchObject({ bytes: 0 });
    expect(server?.asked[0]?.headers['content-length']).toBe('0');
  });

  test('a file that arrived short is an error', async () => {
    const files = new Map<string, string>();
    const reply = store(files);
    const { artifacts } = await clientOf((asked) => {
      const answer = reply(asked);
      if (asked.method === 'PUT') files.set(asked.path, '');
      return answer;
    });
    await expect(artifacts.upload(owner, 'x/y.bin', 'abc')).rejects.toMatchObject({
      errorCode: 'TRANSFER_INCOMPLETE',
      retryable: true,
      message: '3 bytes of x/y.bin were sent, 0 are there',
    });
    expect(await artifacts.upload(owner, 'x/y.bin', 'abc', { check: false })).toMatchObject({ bytes: 3 });
  });

  test('what is no file to read is refused before anything is sent', async () => {
    const { artifacts } = await clientOf(() => ({}));
    const refused = async (file: string): Promise<unknown> =>
      artifacts.upload(owner, 'x', { file }).catch((error: unknown) => error);
    expect(await refused(join(folder, 'none'))).toMatchObject({
      errorCode: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/^ENOENT/) as string,
    });
    expect(await refused(folder)).toMatchObject({ message: `${folder} is not a file` });
    expect(server?.asked).toEqual([]);
  });

  test('a file that becomes shorter meanwhile is an error, not a server that waits for the rest', async () => {
    server = await startScripted(() => ({}));
    const file = join(folder, 'short');
    await writeFile(file, Buffer.alloc(1000));
    const pool = createPool(1);
    const body = { file, size: 2000 };
    const outgoing = {
      method: 'PUT',
      url: new URL(server.uri),
      headers: {},
      body,
      timeoutMs: 5000,
      fresh: true,
    };
    await expect(pool.exchange(outgoing)).rejects.toThrow(`${file} became shorter while it was sent`);
  });

  test.each(['', '/x', '../x', 'a//b', 'a/./b', 'a\\b', 'a\0', 'a#b', 'a%20b', 'c:/d', '\ud800'])(
    '%j is no path',
    async (path) => {
      const { artifacts } = await clientOf(() => ({}));
      await expect(artifacts.upload(owner, path, '')).rejects.toMatchObject({
        errorCode: 'INVALID_ARGUMENT',
      });
      expect(server?.asked).toEqual([]);
    },
  );
});

describe('downloads', () => {
  test('into a file: whole, also where the connection broke first, or not at all', async () => {
    const content = 'from the server'.repeat(1000);
    const files = new Map([[`${root}/1/r1/artifacts/a.txt`, content]]);
    const reply = store(files);
    let broken = 0;
    server = await startScripted((asked) => {
      const answer = reply(asked);
      return asked.path.endsWith('a.txt') && broken++ === 0 ? { ...answer, trouble: 'half' } : answer;
    });
    const { artifacts } = createClient({ uri: server.uri, retry: { retries: 1, backoffMs: 1, jitterMs: 0 } });
    const file = join(folder, 'a.txt');
    await artifacts.downloadTo(owner, 'a.txt', file);
    expect(await readFile(file, 'utf8')).toBe(content);
    expect(broken).toBe(2);
    await expect(artifacts.downloadTo(owner, 'none', file)).rejects.toMatchObject({
      errorCode: 'RESOURCE_DOES_NOT_EXIST',
    });
    await expect(artifacts.downloadTo(owner, 'a.txt', join(folder, 'none/a.txt'))).rejects.toMatchObject({
      errorCode: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/^Cannot write .*ENOENT/) as string,
    });
    expect(await readFile(file, 'utf8')).toBe(content);
    expect(await readdir(folder)).toEqual(['a.txt']);
  });

  test('one of another size than is listed is an error; what is not there is not asked for', async () => {
    const files = new Map([[`${root}/1/r1/artifacts/a.txt`, 'abc']]);
    const reply = store(files);
    const { artifacts } = await clientOf((asked) =>
      asked.path.endsWith('a.txt') ? { body: 'a page' } : reply(asked),
    );
    await expect(artifacts.download(owner, 'a.txt')).rejects.toMatchObject({
      errorCode: 'TRANSFER_INCOMPLETE',
      message: '6 bytes of a.txt came, 3 are there',
    });
    await expect(artifacts.download(owner, 'none')).rejects.toMatchObject({
      errorCode: 'RESOURCE_DOES_NOT_EXIST',
      message: 'There is no artifact none',
    });
    expect(server?.asked.filter(({ path }) => path.endsWith('none'))).toEqual([]);
  });
});

describe('other places', () => {
  test('a folder of this machine is written whole or not at all', async () => {
    const { artifacts } = await clientOf(() => ({}));
    const here = { artifactUri: `file://${folder}/run` };
    await artifacts.upload(here, 'a/b.txt', 'one', { check: false });
    await artifacts.upload(here, 'a/b.txt', 'two', { check: false });
    expect(await readFile(join(folder, 'run/a/b.txt'), 'utf8')).toBe('two');
    expect(await readdir(join(folder, 'run/a'))).toEqual(['b.txt']);
    expect(Buffer.from(await artifacts.download(here, 'a/b.txt')).toString()).toBe('two');
  });

  test('a bucket is refused, but read through the server', async () => {
    const { artifacts } = await clientOf(({ path, query }) => ({ body: `${path}?${query.toString()}` }));
    const bucket = { artifactUri: 's3://bucket/1/r1/artifacts', runId: 'r1' };
    expect(artifacts.canUpload(bucket)).toBe(false);
    await expect(artifacts.upload(bucket, 'x', '')).rejects.toMatchObject({
      errorCode: 'UNSUPPORTED_URI',
      message: 'Cannot upload artifacts here: s3: needs credentials of its own',
    });
    const read = Buffer.from(await artifacts.download(bucket, 'a/b', { check: false })).toString();
    expect(read).toBe('/get-artifact?run_uuid=r1&path=a%2Fb');
  });

  test('credentials go to the tracking server only', async () => {
    const other = await startScripted(() => ({}));
    server = await startScripted(() => ({}));
    const { artifacts } = createClient({ uri: server.uri, auth: { token: 't' } });
    const there = { artifactUri: `mlflow-artifacts://${new URL(other.uri).host}/1/r/artifacts` };
    await artifacts.upload(there, 'x', 'y', { check: false });
    await artifacts.upload(owner, 'x', 'y', { check: false });
    await other.stop();
    expect(other.asked[0]?.path).toBe(`${root}/1/r/artifacts/x`);
    expect(other.asked[0]?.headers).not.toHaveProperty('authorization');
    expect(server.asked[0]?.headers['authorization']).toBe('Bearer t');
  });

  test.each([
    ['mlflow-artifacts:/1/r/artifacts', 'http://h:1/p', `http://h:1/p${root}`, '1/r/artifacts'],
    ['mlflow-artifacts://o:2/1/r', 'https://h', `https://o:2${root}`, '1/r'],
    [`https://o/q${root}/1/r`, 'http://h', `https://o/q${root}`, '1/r'],
    ['mlflow-artifacts:/my folder ö%41/r', 'http://h', `http://h${root}`, 'my folder ö%41/r'],
  ])('%s of %s', (uri, tracking, at, base) => {
    expect(locateArtifacts(uri, tracking)).toEqual({ kind: 'http', root: at, base });
  });

  test.each([
    ['file:///srv/a', 'http://mlflow:5000'],
    ['/srv/a', 'https://10.0.0.1'],
    ['https://o/elsewhere', 'http://h'],
    ['gs://b/x', 'http://localhost'],
    ['wasbs://c@a/x', 'http://localhost'],
    ['file://other/srv', 'http://localhost'],
    ['mlflow-artifacts://a b/x', 'http://localhost'],
    ['', 'http://localhost'],
  ])('%j of %s cannot be written', (uri, tracking) => {
    expect(locateArtifacts(uri, tracking).kind).toBe('unsupported');
  });
});

test('large files are streamed and arrive whole', async () => {
  const data = Buffer.alloc(3_000_000, 'cairn');
  const file = join(folder, 'large');
  await writeFile(file, data);
  const { artifacts } = await clientOf(() => ({}));
  await artifacts.upload(owner, 'large', { file }, { check: false });
  const sum = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');
  expect(sum(server?.asked[0]?.text ?? '')).toBe(sum(data));
});
