import { UsageError } from '@cairn/core';
import { parseSize } from '../args/size.ts';
import type { Host } from '../command.ts';

/** An evening's studies on small images; a disk that is worth using has it. */
export const DEFAULT_CACHE_LIMIT = 4e9;

/**
 * Bytes that teachers' outputs may take: the flag's, else `CAIRN_CACHE_LIMIT`, else 4 GB.
 * @throws CAIRN_ENV_VALUE
 */
export function cacheLimit({ env }: Pick<Host, 'env'>, flag?: number): number {
  const text = env['CAIRN_CACHE_LIMIT'] ?? '';
  if (flag !== undefined || text === '') return flag ?? DEFAULT_CACHE_LIMIT;
  const bytes = parseSize(text);
  if (bytes !== undefined) return bytes;
  throw new UsageError('CAIRN_ENV_VALUE', `CAIRN_CACHE_LIMIT: got ${JSON.stringify(text)}`, {
    fix: 'a size such as 4GB or 500MB; 0 for no cache',
  });
}
