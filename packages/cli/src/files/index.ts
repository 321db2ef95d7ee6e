export * from './file-error.ts';
export * from './lock.ts';
export type { LockOwner } from './lock-owner.ts';
export * from './node-store.ts';
