import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readEnvironment } from './environment.ts';
import { readTrackingUri } from './tracking-uri.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'mlflow-home-'));
});
afterEach(() => rm(home, { recursive: true }));

const uri = { MLFLOW_TRACKING_URI: 'http://h:5000' };

describe('variables', () => {
  test('all of them', async () => {
    await writeFile(join(home, 'ca.pem'), 'CA');
    await writeFile(join(home, 'client.pem'), 'CLIENT');
    const found = await readEnvironment({
      ...uri,
      HOME: home,
      MLFLOW_TRACKING_USERNAME: 'u',
      MLFLOW_TRACKING_PASSWORD: 'p',
      MLFLOW_TRACKING_TOKEN: 't',
      MLFLOW_TRACKING_SERVER_CERT_PATH: join(home, 'ca.pem'),
      MLFLOW_TRACKING_CLIENT_CERT_PATH: join(home, 'client.pem'),
      MLFLOW_TRACKING_INSECURE_TLS: 'false',
      MLFLOW_WORKSPACE: 'w',
      MLFLOW_HTTP_REQUEST_TIMEOUT: '1.5',
      MLFLOW_HTTP_REQUEST_MAX_RETRIES: '2',
      MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR: '3',
      MLFLOW_HTTP_REQUEST_BACKOFF_JITTER: '0',
      MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER: '0',
      MLFLOW_EXPERIMENT_NAME: 'e',
      MLFLOW_EXPERIMENT_ID: '1',
      MLFLOW_RUN_ID: 'r',
      MLFLOW_TRACKING_AWS_SIGV4: 'true',
      MLFLOW_TRACKING_AUTH: 'x',
    });
    expect(found).toMatchInlineSnapshot(`
      {
        "experimentId": "1",
        "experimentName": "e",
        "options": {
          "auth": {
            "password": "p",
            "username": "u",
          },
          "retry": {
            "backoffMs": 3000,
            "jitterMs": 0,
            "respectRetryAfter": false,
            "retries": 2,
          },
          "timeoutMs": 1500,
          "tls": {
            "ca": "CA",
            "cert": "CLIENT",
            "insecure": false,
          },
          "uri": "http://h:5000",
          "workspace": "w",
        },
        "runId": "r",
        "warnings": [
          "MLFLOW_TRACKING_AWS_SIGV4 is set and not supported: requests are sent without it.",
          "MLFLOW_TRACKING_AUTH is set and not supported: requests are sent without it.",
        ],
      }
    `);
  });

  test('none but the address: the defaults of the client', async () => {
    const { options, warnings } = await readEnvironment({ ...uri, HOME: home });
    expect(JSON.parse(JSON.stringify(options))).toEqual({ uri: 'http://h:5000', tls: {}, retry: {} });
    expect(warnings).toEqual([]);
    expect((await readEnvironment({ HOME: home }, 'http://other')).options.uri).toBe('http://other');
  });

  test('the credentials file stands in for the user, and before the token', async () => {
    await mkdir(join(home, '.mlflow'));
    const file = [
      '[other]',
      'mlflow_tracking_username = no',
      '[mlflow]',
      'mlflow_tracking_username = u ser',
      'mlflow_tracking_password=p=w[',
    ];
    await writeFile(join(home, '.mlflow', 'credentials'), file.join('\n'));
    const auth = async (more: object): Promise<unknown> =>
      (await readEnvironment({ ...uri, HOME: home, ...more })).options.auth;
    expect(await auth({ MLFLOW_TRACKING_TOKEN: 't' })).toEqual({ username: 'u ser', password: 'p=w[' });
    expect(await auth({ MLFLOW_TRACKING_USERNAME: 'a' })).toEqual({ username: 'a', password: 'p=w[' });
    await rm(join(home, '.mlflow'), { recursive: true });
    expect(await auth({ MLFLOW_TRACKING_TOKEN: 't' })).toEqual({ token: 't' });
    const half = { ...uri, HOME: home, MLFLOW_TRACKING_USERNAME: 'a', MLFLOW_TRACKING_TOKEN: 't' };
    expect(await readEnvironment(half)).toMatchObject({
      options: { auth: { token: 't' } },
      warnings: ['There is a user for MLflow but no password: neither is used.'],
    });
  });

  test.each([
    ['MLFLOW_HTTP_REQUEST_TIMEOUT', '2 min'],
    ['MLFLOW_HTTP_REQUEST_MAX_RETRIES', '-1'],
    ['MLFLOW_TRACKING_INSECURE_TLS', 'maybe'],
    ['MLFLOW_TRACKING_SERVER_CERT_PATH', '/no/such.pem'],
  ])('%s=%s is refused', async (name, value) => {
    await expect(readEnvironment({ ...uri, HOME: home, [name]: value })).rejects.toThrow(
      new RegExp(`^${name} is "${value}"`),
    );
  });
});

describe('tracking URIs', () => {
  test.each([
    [undefined, 'none'],
    [' ', 'none'],
    ['http://h:5000', 'http'],
    ['HTTPS://h/p', 'http'],
    ['mlruns', 'file'],
    ['/abs/mlruns', 'file'],
    ['C:\\mlruns', 'file'],
    ['file:///mlruns', 'file'],
    ['sqlite:///m.db', 'database'],
    ['postgresql+psycopg2://u:p@h/d', 'database'],
    ['databricks', 'databricks'],
    ['databricks://profile', 'databricks'],
    ['databricks-uc', 'databricks'],
    ['uc:http://h', 'databricks'],
    ['ftp://h', 'other'],
  ])('%j is %s', (given, kind) => expect(readTrackingUri(given).kind).toBe(kind));

  test('credentials are not shown', () => {
    expect(readTrackingUri('postgresql://u:p@h/d').uri).toBe('postgresql://h/d');
    expect(readTrackingUri('http://u:p@s/s@h/d?token=t').uri).toBe('http://h/d');
  });

  test.each(['mlruns', 'databricks', 'sqlite:///m.db', 'ftp://h', ''])(
    '%j is refused with a hint',
    async (given) => {
      await expect(readEnvironment({}, given)).rejects.toMatchObject({
        errorCode: 'UNSUPPORTED_URI',
        hint: expect.stringMatching(/http/) as string,
      });
    },
  );
});
