import type { MlflowClient } from './api.ts';
import type { ClientOptions } from './options.ts';

export * from './api.ts';
export * from './environment.ts';
export * from './errors.ts';
export * from './options.ts';
export * from './types.ts';

/** A client of one server. Nothing is sent until a call is made. */
export declare function createClient(options: ClientOptions): MlflowClient;

/** Why MLflow would not take this key; undefined if it would. */
export declare function keyProblem(key: string): string | undefined;
/** The nearest key that MLflow takes: `acc@5` becomes `acc_5`. */
export declare function safeKey(key: string): string;
