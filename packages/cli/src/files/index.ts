export * from './file-error.ts';
export * from './lock.ts';
export * from './node-store.ts';
