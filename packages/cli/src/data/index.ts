export { openContext } from './context.ts';
export { checkSource, fetchSource, type FetchProgress } from './fetch.ts';
