/** What to do about an answer, or about none, where that is known. */

interface Failed {
  readonly status: number;
  readonly errorCode: string;
  readonly message: string;
  readonly url: URL;
}

const known: readonly [when: (failed: Failed) => boolean, hint: (failed: Failed) => string][] = [
  [
    ({ status, message }) => status === 403 && message.includes('Invalid Host header'),
    ({ url }) =>
      `Start the server with --allowed-hosts "${url.hostname},${url.host}" ` +
      `(or MLFLOW_SERVER_ALLOWED_HOSTS): it answers only to the host names it was told, with and without port.`,
  ],
  [
    ({ status, message }) => status === 403 && message.includes('Cross-origin request blocked'),
    () =>
      'Something between adds an Origin header: remove it, or start the server with --cors-allowed-origins.',
  ],
  [
    ({ status }) => status === 401,
    () => 'Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN.',
  ],
  [
    ({ status }) => status === 403,
    () => 'These credentials may not do this: check them, or the permissions.',
  ],
  [
    ({ message }) => /experiment .*must be in the 'active' state/is.test(message),
    () => 'The experiment was deleted: restore it (experiments.restore), or use another name.',
  ],
  [
    ({ message }) => /run .*must be in the 'active' state/is.test(message),
    () => 'The run was deleted: restore it (runs.restore), or log to a new one.',
  ],
  [
    ({ message }) => /changing param values is not allowed/i.test(message),
    () => 'Params cannot change once they are logged: use another key, a tag, or a new run.',
  ],
  [
    ({ errorCode }) => errorCode === 'ENDPOINT_NOT_FOUND',
    ({ url }) => `This server is older than the call, or ${url.origin} is not the whole address of MLflow.`,
  ],
  [
    ({ status }) => status === 413,
    () => 'A proxy before the server limits the size of requests: raise its limit.',
  ],
];

export function hintFor(failed: Failed): string | undefined {
  return known.find(([when]) => when(failed))?.[1](failed);
}

/** Of connections that fail the same way each time. */
const connection: readonly [code: RegExp, hint: string][] = [
  [
    /CERT|SELF_SIGNED|SIGNATURE|ALTNAME/,
    'Name the authority of this certificate in MLFLOW_TRACKING_SERVER_CERT_PATH (tls.ca).',
  ],
  [
    /^EPROTO$|^ERR_SSL/,
    'What answers there does not speak TLS as expected: is the address http://, not https://?',
  ],
  [
    /^HPE_/,
    'What answers there is no HTTP server: is the port right, and is the address https://, not http://?',
  ],
  [/^ERR_INVALID_CHAR$/, 'A header, a token perhaps, has a character that headers cannot have.'],
];

export function connectionHint(code: string): string | undefined {
  return connection.find(([pattern]) => pattern.test(code))?.[1];
}
