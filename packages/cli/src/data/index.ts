export { openContext, type ContextOptions } from './context.ts';
export {
  checkSource,
  fetchSource,
  type CheckedFile,
  type FetchOptions,
  type FetchProgress,
} from './fetch.ts';
export type { DataRoots } from './locate.ts';
export type { FileState } from './measure.ts';
