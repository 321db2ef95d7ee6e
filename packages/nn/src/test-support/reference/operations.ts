import type { OperationName } from '../../operations/table.ts';
import { batchNorm } from './batch-norm.ts';
import { linearMaps } from './linear-map.ts';
import { pointwise } from './pointwise.ts';
import { pools } from './pools.ts';
import { products } from './products.ts';
import type { Reference64 } from './value.ts';

/** A reference for every operation of the vocabulary. */
export const references: Readonly<Record<OperationName, Reference64>> = {
  ...linearMaps,
  ...pointwise,
  ...pools,
  ...products,
  batchNorm,
};

/** @throws RangeError for a name outside the vocabulary */
export function referenceOf(op: string): Reference64 {
  const found = Object.hasOwn(references, op) ? references[op as OperationName] : undefined;
  if (found === undefined) throw new RangeError(`no reference for "${op}"`);
  return found;
}
