/** Servers, proxies and networks that misbehave. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSocketServer, type AddressInfo, type Server } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import type { MlflowClient } from './api.ts';
import { createClient } from './client.ts';
import { MlflowError } from './errors.ts';
import type { ClientOptions } from './options.ts';
import { startScripted, type Reply } from './test-support/index.ts';

const cleanup: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of cleanup.splice(0).reverse()) await end();
});

const run = { run: { info: { run_id: 'r1', experiment_id: '7' }, data: {} } };
const quick = { backoffMs: 1, jitterMs: 0, retries: 1 };

async function listening(server: Server, host = '127.0.0.1'): Promise<string> {
  server.listen(0, host);
  await once(server, 'listening');
  cleanup.push(() => server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function http(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  cleanup.push(() => server.closeAllConnections());
  return `http://${await listening(server)}`;
}

function clientOf(uri: string, options: Partial<ClientOptions> = {}): MlflowClient {
  const client = createClient({ uri, retry: quick, ...options });
  cleanup.push(client.close);
  return client;
}

async function failure(promise: Promise<unknown>): Promise<MlflowError> {
  const error: unknown = await promise.catch((reason: unknown) => reason);
  if (error instanceof MlflowError) return error;
  throw new Error('no MlflowError', { cause: error });
}

describe('answers', () => {
  test('a body that stops coming ends with the timeout, and is asked for again', async () => {
    let asked = 0;
    const uri = await http((_, response) => {
      response.writeHead(200, { 'Content-Length': '1000' });
      response.write(asked++ === 0 ? '{' : JSON.stringify(run).padEnd(1000));
    });
    const client = clientOf(uri, { timeoutMs: 200, retry: { ...quick, retries: 5 } });
    expect((await client.runs.get('r1')).runId).toBe('r1');
    expect(asked).toBeGreaterThan(1);
    asked = 0;
    const impatient = clientOf(uri, { timeoutMs: 50, retry: { retries: 0 } });
    expect(await failure(impatient.runs.get('r1'))).toMatchObject({ errorCode: 'TIMEOUT', retryable: true });
  });

  test('a slow body is no failure as long as it comes', async () => {
    const uri = await http((_, response) => {
      const text = JSON.stringify(run);
      let sent = 0;
      const timer = setInterval(() => {
        response.write(text.slice(sent, (sent += 2)));
        if (sent >= text.length) response.end(() => clearInterval(timer));
      }, 50);
    });
    const client = clientOf(uri, { timeoutMs: 1000 });
    expect((await client.runs.get('r1')).runId).toBe('r1');
  });

  test('of an endless error page only the beginning is read', async () => {
    let ended: Promise<unknown> = Promise.resolve();
    const uri = await http((_, response) => {
      ended = once(response, 'close');
      response.writeHead(403).write('<h1>No</h1>');
      const more = (): unknown => response.destroyed || response.write('x'.repeat(50_000), more);
      more();
    });
    const error = await failure(clientOf(uri).runs.get('r1'));
    expect(error).toMatchObject({ status: 403, errorCode: 'HTTP_ERROR' });
    expect(error.message.length).toBeLessThan(600);
    await ended;
  });

  test.each(['null', '[]', '"OK"', '200', ''])('"%s" is no answer of MLflow', async (body) => {
    const uri = await http((_, response) => response.end(body));
    expect(await failure(clientOf(uri).runs.setTag('r1', 'a', 1))).toMatchObject({
      errorCode: 'INVALID_RESPONSE',
      message: `POST runs/log-batch: the answer is ${body || 'empty'}`,
    });
  });

  test('a login page is no success of an upload', async () => {
    const uri = await http((_, response) => response.end('<h1>Log in</h1>'));
    const owner = { artifactUri: 'mlflow-artifacts:/1/r1/artifacts' };
    expect(await failure(clientOf(uri).artifacts.upload(owner, 'a', 'b', { check: false }))).toMatchObject({
      errorCode: 'INVALID_RESPONSE',
    });
  });

  test('an answer to what is still being sent is heard', async () => {
    const uri = await http((_, response) => {
      response.writeHead(401, { Connection: 'close' }).end('no');
    });
    const owner = { artifactUri: 'mlflow-artifacts:/1/r1/artifacts' };
    const large = new Uint8Array(4_000_000);
    expect(await failure(clientOf(uri).artifacts.upload(owner, 'a', large))).toMatchObject({ status: 401 });
  });

  test.each([301, 302, 307, 308])(
    'a redirect (%d) is not followed, with or without credentials',
    async (status) => {
      const elsewhere = await startScripted(() => ({ body: run }));
      const server = await startScripted(() => ({
        status,
        headers: { Location: `${elsewhere.uri}/x?state=s` },
      }));
      cleanup.push(elsewhere.stop, server.stop);
      const error = await failure(
        clientOf(server.uri, { auth: { token: 't' } }).runs.create({ experimentId: '7' }),
      );
      expect(error).toMatchObject({ status, retryable: false });
      expect(error.hint).toBe(
        `The server sends on to ${elsewhere.uri}/x, which is not followed: give the address where MLflow itself is.`,
      );
      expect(elsewhere.asked).toEqual([]);
    },
  );
});

describe('connections', () => {
  test('a call that waits for a connection is aborted at once', async () => {
    const uri = await http(() => undefined);
    const client = clientOf(uri, { maxConnections: 1 });
    const [first, second] = [new AbortController(), new AbortController()];
    const slow = client.runs.get('r1', { signal: first.signal });
    const waiting = client.runs.get('r2', { signal: second.signal });
    setTimeout(() => second.abort('enough'), 20);
    await expect(waiting).rejects.toBe('enough');
    first.abort('this too');
    await expect(slow).rejects.toBe('this too');
  });

  test('many calls at once share a few connections', async () => {
    const server = await startScripted(() => ({ body: run }));
    cleanup.push(server.stop);
    const client = clientOf(server.uri, { maxConnections: 3 });
    const found = await Promise.all(Array.from({ length: 40 }, () => client.runs.get('r1')));
    expect(found.length).toBe(40);
    expect(new Set(server.asked.map(({ port }) => port)).size).toBeLessThanOrEqual(3);
  });

  test('close leaves calls alone that are under way', async () => {
    const uri = await http((_, response) => void setTimeout(() => response.end(JSON.stringify(run)), 50));
    const client = clientOf(uri, { retry: { retries: 0 } });
    const call = client.runs.get('r1');
    setTimeout(client.close, 20);
    expect((await call).runId).toBe('r1');
  });

  test('the wrong protocol is said at once, not tried again', async () => {
    const plain = await http((_, response) => response.end());
    const tls = await failure(clientOf(plain.replace('http:', 'https:')).runs.get('r1'));
    expect(tls).toMatchObject({ errorCode: 'CONNECTION_FAILED', retryable: false });
    expect(tls.hint).toMatch(/is the address http:\/\/, not https:\/\/\?$/);
    const other = await listening(createSocketServer((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n')));
    const noHttp = await failure(clientOf(`http://${other}`).runs.get('r1'));
    expect(noHttp).toMatchObject({ errorCode: 'CONNECTION_FAILED', retryable: false });
    expect(noHttp.hint).toMatch(/^What answers there is no HTTP server/);
  });

  test('an IPv6 host', async () => {
    const server = createServer((_, response) => response.end(JSON.stringify(run)));
    cleanup.push(() => server.close());
    server.listen(0, '::1');
    await once(server, 'listening');
    const client = clientOf(`http://[::1]:${(server.address() as AddressInfo).port}/`);
    expect((await client.runs.get('r1')).runId).toBe('r1');
  });
});

const owner = { artifactUri: 'mlflow-artifacts:/1/r1/artifacts' };
const lost: readonly [name: string, (client: MlflowClient) => Promise<unknown>][] = [
  ['experiments.create', ({ experiments }) => experiments.create({ name: 'e' })],
  ['experiments.delete', ({ experiments }) => experiments.delete('1')],
  ['experiments.restore', ({ experiments }) => experiments.restore('1')],
  ['runs.create', ({ runs }) => runs.create({ experimentId: '1' })],
  ['runs.deleteTag', ({ runs }) => runs.deleteTag('r', 't')],
  ['runs.logModelOutputs', ({ runs }) => runs.logModelOutputs('r', [{ modelId: 'm', step: 1 }])],
  ['models.create', ({ models }) => models.create({ experimentId: '1', name: 'm' })],
  ['models.logParams', ({ models }) => models.logParams('m', { a: 1 })],
];
const repeated: typeof lost = [
  ['runs.log', ({ runs }) => runs.log('r', { tags: { a: 1 } })],
  ['runs.update', ({ runs }) => runs.update('r', { status: 'FINISHED' })],
  ['runs.delete', ({ runs }) => runs.delete('r')],
  ['runs.logModelInputs', ({ runs }) => runs.logModelInputs('r', ['m'])],
  ['models.finish', ({ models }) => models.finish('m', 'READY')],
  ['artifacts.upload', ({ artifacts }) => artifacts.upload(owner, 'a', 'b')],
];

describe('where an answer got lost', () => {
  test.each(lost)('%s is not repeated, since twice is not once', async (_, call) => {
    expect(await asks(call, { trouble: 'hang-up' })).toBe(1);
    expect(await asks(call, { status: 500 })).toBe(1);
    expect(await asks(call, { status: 503 })).toBe(2);
  });

  test.each(repeated)('%s is repeated', async (_, call) => {
    expect(await asks(call, { trouble: 'hang-up' })).toBe(2);
    expect(await asks(call, { status: 500 })).toBe(2);
  });

  async function asks(call: (client: MlflowClient) => Promise<unknown>, reply: Reply): Promise<number> {
    const server = await startScripted(() => reply);
    cleanup.push(server.stop);
    expect(await failure(call(clientOf(server.uri)))).toMatchObject({ retryable: true });
    return server.asked.length;
  }
});

describe('options', () => {
  test.each([
    'ftp://u:secret@h',
    'http://u:secret@h:99999',
    'http://u:sec/ret:secret@h/x@y',
    'http://h/?token=secret',
    'http://h/#secret',
    'secret@h',
    'sqlite://u:secret@h',
  ])('nothing secret of %s is in the error', (uri) => {
    try {
      createClient({ uri });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(MlflowError);
      expect(inspect(error).replace(/^ +at .*$/gm, '')).not.toMatch(/sec(ret)?/);
    }
  });

  test('nothing secret of an address is in the error of a connection', async () => {
    const uri = await http((request) => request.socket.destroy());
    const client = clientOf(uri.replace('//', '//user:50%secret@'), { headers: { 'X-Key': 'secret' } });
    expect(inspect(await failure(client.runs.get('r1')))).not.toMatch(/secret/);
    const bad = clientOf(uri, { auth: { token: 'secret\n' } });
    expect(inspect(await failure(bad.runs.get('r1')))).not.toMatch(/secret/);
  });

  test.each([
    [{ timeoutMs: 0 }, 'timeoutMs is 0: a number from 1 to 2147483647 is expected'],
    [{ timeoutMs: Infinity }, 'timeoutMs is Infinity: a number from 1 to 2147483647 is expected'],
    [{ maxConnections: 1.5 }, 'maxConnections is 1.5: a whole number from 1 to 1000 is expected'],
    [{ retry: { retries: 11 } }, 'retry.retries is 11: a whole number from 0 to 10 is expected'],
    [{ retry: { retries: NaN } }, 'retry.retries is NaN: a whole number from 0 to 10 is expected'],
    [{ retry: { backoffMs: -1 } }, 'retry.backoffMs is -1: a number from 0 to 2147483647 is expected'],
  ])('%j is out of range', (options, message) => {
    expect(() => createClient({ uri: 'http://h', ...options })).toThrow(message);
  });
});
