import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient } from './client.ts';
import type { TlsOptions } from './options.ts';

let folder: string;
let server: Server;
let uri: string;
let pem: { readonly cert: string; readonly key: string };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mlflow-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...kind, ...name, '-keyout', key, '-out', cert], {
    stdio: 'pipe',
  });
  pem = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  server = createServer(
    { ...pem, ca: pem.cert, requestCert: true, rejectUnauthorized: false },
    (request, answer) => {
      const { authorized } = request.socket as unknown as { authorized: boolean };
      answer.end(request.url === '/version' ? `3.0-${authorized ? 'known' : 'unknown'}` : 'OK');
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  uri = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

async function version(tls: TlsOptions): Promise<string> {
  const client = createClient({ uri, tls });
  try {
    return await client.server.version();
  } finally {
    client.close();
  }
}

test('a certificate that nobody vouches for is refused at once, with a hint', async () => {
  await expect(version({})).rejects.toMatchObject({
    errorCode: 'CONNECTION_FAILED',
    retryable: false,
    hint: 'Name the authority of this certificate in MLFLOW_TRACKING_SERVER_CERT_PATH (tls.ca).',
  });
});

test('its authority is given, or none is asked for', async () => {
  expect(await version({ ca: pem.cert })).toBe('3.0-unknown');
  expect(await version({ insecure: true })).toBe('3.0-unknown');
});

test('the client shows a certificate; one text may hold certificate and key', async () => {
  expect(await version({ ca: pem.cert, cert: pem.cert, key: pem.key })).toBe('3.0-known');
  expect(await version({ ca: pem.cert, cert: `${pem.cert}${pem.key}` })).toBe('3.0-known');
});

test('both at once contradict each other', async () => {
  await expect(version({ ca: pem.cert, insecure: true })).rejects.toThrow(
    /^tls.insecure and tls.ca are both set/,
  );
});
