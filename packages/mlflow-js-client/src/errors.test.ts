import { describe, expect, test } from 'vitest';
import { createClient } from './client.ts';
import { errorFromAnswer, MlflowError } from './errors.ts';
import { startScripted } from './test-support/index.ts';

const request = {
  method: 'POST',
  url: new URL('http://mlflow:5000/api/2.0/mlflow/runs/create'),
  retryable: false,
};

function shown(status: number, text: string, location?: string): object {
  const { message, errorCode, hint } = errorFromAnswer(status, text, location, request);
  return { message, errorCode, hint };
}

const json = (error_code: string, message: string): string => JSON.stringify({ error_code, message });

describe('answers and what to do about them', () => {
  test('the host check, which answers in plain text', () => {
    const text = 'Invalid Host header - possible DNS rebinding attack detected';
    expect(shown(403, text)).toMatchInlineSnapshot(`
      {
        "errorCode": "HTTP_ERROR",
        "hint": "Start the server with --allowed-hosts "mlflow,mlflow:5000" (or MLFLOW_SERVER_ALLOWED_HOSTS): it answers only to the host names it was told, with and without port.",
        "message": "POST /api/2.0/mlflow/runs/create: 403 HTTP_ERROR: Invalid Host header - possible DNS rebinding attack detected",
      }
    `);
  });

  test('the origin check', () => {
    expect(shown(403, 'Cross-origin request blocked')).toMatchInlineSnapshot(`
      {
        "errorCode": "HTTP_ERROR",
        "hint": "Something between adds an Origin header: remove it, or start the server with --cors-allowed-origins.",
        "message": "POST /api/2.0/mlflow/runs/create: 403 HTTP_ERROR: Cross-origin request blocked",
      }
    `);
  });

  test('a deleted experiment', () => {
    const text = json(
      'INVALID_PARAMETER_VALUE',
      "The experiment 7 must be in the 'active' state. Current state is deleted.",
    );
    expect(shown(400, text)).toMatchInlineSnapshot(`
      {
        "errorCode": "INVALID_PARAMETER_VALUE",
        "hint": "The experiment was deleted: restore it (experiments.restore), or use another name.",
        "message": "POST /api/2.0/mlflow/runs/create: 400 INVALID_PARAMETER_VALUE: The experiment 7 must be in the 'active' state. Current state is deleted.",
      }
    `);
  });

  test('a param that was something else', () => {
    const text = json(
      'INVALID_PARAMETER_VALUE',
      "Changing param values is not allowed. Param with key='a' was already logged with value='1' for run ID='r'.",
    );
    expect(shown(400, text)).toMatchInlineSnapshot(`
      {
        "errorCode": "INVALID_PARAMETER_VALUE",
        "hint": "Params cannot change once they are logged: use another key, a tag, or a new run.",
        "message": "POST /api/2.0/mlflow/runs/create: 400 INVALID_PARAMETER_VALUE: Changing param values is not allowed. Param with key='a' was already logged with value='1' for run ID='r'.",
      }
    `);
  });

  test('credentials', () => {
    expect(shown(401, 'You are not authenticated.')).toMatchInlineSnapshot(`
      {
        "errorCode": "HTTP_ERROR",
        "hint": "Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN.",
        "message": "POST /api/2.0/mlflow/runs/create: 401 HTTP_ERROR: You are not authenticated.",
      }
    `);
    expect(shown(403, json('PERMISSION_DENIED', 'Permission denied'))).toMatchInlineSnapshot(`
      {
        "errorCode": "PERMISSION_DENIED",
        "hint": "These credentials may not do this: check them, or the permissions.",
        "message": "POST /api/2.0/mlflow/runs/create: 403 PERMISSION_DENIED: Permission denied",
      }
    `);
  });

  test('a page of a proxy, another address, a call that the server does not know', () => {
    const page = '<html><head><title>502</title></head>\n<body><h1>Bad   Gateway</h1></body></html>';
    expect(shown(502, page)).toMatchInlineSnapshot(`
      {
        "errorCode": "HTTP_ERROR",
        "hint": undefined,
        "message": "POST /api/2.0/mlflow/runs/create: 502 HTTP_ERROR: Bad Gateway",
      }
    `);
    expect(shown(301, '', 'https://mlflow/?state=secret')).toMatchInlineSnapshot(`
      {
        "errorCode": "HTTP_ERROR",
        "hint": "The server sends on to https://mlflow/, which is not followed: give the address where MLflow itself is.",
        "message": "POST /api/2.0/mlflow/runs/create: 301 HTTP_ERROR",
      }
    `);
    expect(shown(404, '<h1>Not Found</h1>')).toMatchInlineSnapshot(`
      {
        "errorCode": "ENDPOINT_NOT_FOUND",
        "hint": "This server is older than the call, or http://mlflow:5000 is not the whole address of MLflow.",
        "message": "POST /api/2.0/mlflow/runs/create: 404 ENDPOINT_NOT_FOUND: Not Found",
      }
    `);
    expect(shown(413, '<h1>Request Entity Too Large</h1>')).toMatchInlineSnapshot(`
      {
        "errorCode": "HTTP_ERROR",
        "hint": "A proxy before the server limits the size of requests: raise its limit.",
        "message": "POST /api/2.0/mlflow/runs/create: 413 HTTP_ERROR: Request Entity Too Large",
      }
    `);
  });
});

test('a 200 that is not JSON is an error that shows its beginning', async () => {
  const server = await startScripted(() => ({ body: '<!doctype html><title>Log in</title>' }));
  const client = createClient({ uri: server.uri });
  try {
    const error: unknown = await client.runs.get('r').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MlflowError);
    expect(error).toMatchObject({ errorCode: 'INVALID_RESPONSE', retryable: false });
    expect((error as MlflowError).message).toMatchInlineSnapshot(
      `"GET /api/2.0/mlflow/runs/get: the answer is not JSON but "<!doctype html><title>Log in</title>""`,
    );
    await expect(client.server.version()).rejects.toMatchObject({ errorCode: 'INVALID_RESPONSE' });
    expect(await client.server.healthy()).toBe(false);
  } finally {
    await server.stop();
  }
});

test('a server that is not there', async () => {
  const server = await startScripted(() => ({}));
  await server.stop();
  const client = createClient({ uri: server.uri, retry: { retries: 0 } });
  expect(await client.server.healthy()).toBe(false);
  await expect(client.runs.get('r')).rejects.toMatchObject({
    errorCode: 'CONNECTION_FAILED',
    status: undefined,
    retryable: true,
    hint: `Is an MLflow server running at ${server.uri}?`,
  });
});

test('neither credentials nor bodies appear in an error', async () => {
  const server = await startScripted(() => ({ status: 400, body: 'no' }));
  const client = createClient({ uri: server.uri.replace('//', '//someone:secret@') });
  try {
    const error = await client.runs.log('r', { params: { p: 'private' } }).catch((reason: unknown) => reason);
    const all = JSON.stringify([error, (error as Error).message, (error as Error).stack]);
    expect(all).not.toMatch(/secret|private|someone/);
  } finally {
    await server.stop();
  }
});
