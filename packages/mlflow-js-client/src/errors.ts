/** Errors of the client. `errorCode` is MLflow's own where the server gave one, else one of `ClientErrorCode`. */

export type ClientErrorCode =
  | 'CONNECTION_FAILED'
  | 'TIMEOUT'
  | 'HTTP_ERROR'
  | 'INVALID_RESPONSE'
  | 'INVALID_ARGUMENT'
  | 'UNSUPPORTED_URI'
  | 'UPLOAD_INCOMPLETE';

export interface MlflowErrorDetails {
  readonly status?: number | undefined;
  readonly errorCode: string;
  readonly retryable?: boolean | undefined;
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

export class MlflowError extends Error {
  override readonly name = 'MlflowError';
  /** Of the HTTP answer; undefined where there was none. */
  readonly status: number | undefined;
  /** `RESOURCE_ALREADY_EXISTS`, `INVALID_PARAMETER_VALUE`, …; see `ClientErrorCode` for ours. */
  readonly errorCode: string;
  /** Whether the same call may succeed later. The client has already retried when it throws this. */
  readonly retryable: boolean;
  /** What to do about it, where that is known. */
  readonly hint: string | undefined;

  constructor(message: string, details: MlflowErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.status = details.status;
    this.errorCode = details.errorCode;
    this.retryable = details.retryable ?? false;
    this.hint = details.hint;
  }
}
