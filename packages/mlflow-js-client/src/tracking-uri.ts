/** What a tracking URI asks for. Only `http` is for this client. */
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

export function readTrackingUri(uri: string | undefined): TrackingUri {
  const given = uri?.trim() ?? '';
  const shown = given.replace(/\/\/[^/@]*@/, '//');
  if (given === '') return { kind: 'none', uri: '', hint: undefined };
  const found = kinds.find(([pattern]) => pattern.test(given));
  if (found === undefined)
    return { kind: 'other', uri: shown, hint: 'Give the http(s):// address of an MLflow server.' };
  return { kind: found[1], uri: shown, hint: found[2] };
}
