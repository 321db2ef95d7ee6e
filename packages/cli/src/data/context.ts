import type { DatasetContext } from '@cairn/core';
import { fetchArchive, unpackLying, type FetchOptions } from './fetch.ts';
import { findFiles, locate, ownRoot, type DataRoots } from './locate.ts';

export interface ContextOptions extends FetchOptions {
  /** Whether what is missing may be downloaded. @default false */
  readonly fetch?: boolean;
}

/**
 * What a data set reads its files through: those in the roots, else those of an archive that lies there, else, if
 * allowed, the official archive. Damaged files are refused, never replaced unasked.
 */
export function openContext(roots: DataRoots, options: ContextOptions = {}): DatasetContext {
  return {
    async files(source) {
      const found = await findFiles(source, roots);
      if (found.some((f) => f.path === undefined) && !(await unpackLying(source, roots, options))) {
        if (options.fetch === true) await fetchArchive(source, ownRoot(roots), options);
      }
      return locate(source, roots);
    },
  };
}
