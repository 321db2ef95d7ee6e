export * from './api.ts';
export { createClient } from './client.ts';
export { keyProblem, limits, safeKey } from './encode.ts';
export { readEnvironment, type Environment } from './environment.ts';
export { MlflowError, type ClientErrorCode } from './errors.ts';
export type { Auth, CallOptions, ClientOptions, RetryNote, RetryOptions, TlsOptions } from './options.ts';
export { readTrackingUri, type TrackingUri } from './tracking-uri.ts';
export * from './types.ts';
