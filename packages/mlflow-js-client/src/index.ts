export * from './api.ts';
export { createClient } from './client.ts';
export { keyProblem, limits, safeKey } from './codec.ts';
export { readEnvironment, type Environment } from './environment.ts';
export { MlflowError, type ClientErrorCode, type MlflowErrorDetails } from './errors.ts';
export * from './options.ts';
export { readTrackingUri, type TrackingUri } from './tracking-uri.ts';
export * from './types.ts';
