/** What a tracking URI asks for. Only `http` is for this client. */
import { invalid, MlflowError } from './errors.ts';
import type { Auth } from './options.ts';

export interface TrackingUri {
  readonly kind: 'none' | 'http' | 'file' | 'database' | 'databricks' | 'other';
  /** Without credentials. */
  readonly uri: string;
  /** What to do instead; undefined for `none` and `http`. */
  readonly hint: string | undefined;
}

const kinds: readonly [RegExp, TrackingUri['kind'], hint: string | undefined][] = [
  [/^https?:\/\//i, 'http', undefined],
  [
    /^(sqlite|postgresql|mysql|mssql)(\+\w+)?:/i,
    'database',
    'Start a server on it: mlflow server --backend-store-uri <this URI>, and give its http:// address.',
  ],
  [
    /^(databricks|uc)(-\w+)?(:|$)/i,
    'databricks',
    'Databricks is not supported: give an http(s):// address of MLflow.',
  ],
  [
    /^file:|^(?![a-z][a-z0-9+.-]+:)/i,
    'file',
    'MLflow gave file stores up: move them with mlflow migrate-filestore --source <folder> --target sqlite:///<file>, ' +
      'start mlflow server --backend-store-uri sqlite:///<file>, and give its http:// address.',
  ],
];

/** Never rejects: what kind of URI it is, how to show it, and what to do if it is not for this client. */
export function readTrackingUri(uri: string | undefined): TrackingUri {
  const given = uri?.trim() ?? '';
  if (given === '') return { kind: 'none', uri: '', hint: undefined };
  // Up to the last @, and no query: also of what is no proper URI nothing secret is shown.
  const shown = given
    .replace(/\/\/.*@/, '//')
    .replace(/^[^/]*@/, '')
    .replace(/[?#].*/, '');
  const found = kinds.find(([pattern]) => pattern.test(given));
  if (found === undefined)
    return { kind: 'other', uri: shown, hint: 'Give the http(s):// address of an MLflow server.' };
  return { kind: found[1], uri: shown, hint: found[2] };
}

/** The address of a server, without a slash at its end, and the credentials in it. @throws MlflowError */
export function readServerUri(given: string): { readonly base: string; readonly auth: Auth | undefined } {
  const { kind, uri, hint } = readTrackingUri(given);
  const url = kind === 'http' && URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined)
    throw new MlflowError(`"${uri}" is not the address of a tracking server`, {
      errorCode: 'UNSUPPORTED_URI',
      hint: hint ?? 'Give http://host:port or https://host/prefix.',
    });
  const { origin, pathname, username, password, search, hash } = url;
  if (search !== '' || hash !== '')
    throw invalid(
      `The address ${uri} has a query or a fragment`,
      'Leave out what follows ? or #. Credentials go into auth or headers.',
    );
  const auth = { username: decoded(username), password: decoded(password) };
  return {
    base: `${origin}${pathname.replace(/\/+$/, '')}`,
    auth: username === '' && password === '' ? undefined : auth,
  };
}

/** A % that encodes nothing stands for itself. */
function decoded(part: string): string {
  return part.replace(/(%[0-9a-f]{2})+/gi, (encoded) =>
    Buffer.from(encoded.replaceAll('%', ''), 'hex').toString(),
  );
}
