/** Whether arrays from outside are those of a graph. */
import { nearest, RouteError, type HostTensor, type HostTensors } from '@cairn/core';
import type { ArrayPlan } from '../graph/array-specs.ts';

type Plans = ReadonlyMap<string, ArrayPlan>;

/** @throws CAIRN_WEIGHTS_MISMATCH for an unknown or wrongly shaped array */
export function checkArrays(plans: Plans, arrays: HostTensors): void {
  for (const [name, array] of Object.entries(arrays)) checkArray(plans, name, array);
}

/** @throws CAIRN_WEIGHTS_MISMATCH for a missing, unknown or wrongly shaped array */
export function checkAllArrays(plans: Plans, arrays: HostTensors): void {
  checkArrays(plans, arrays);
  for (const name of plans.keys())
    if (arrays[name] === undefined)
      throw new RouteError('CAIRN_WEIGHTS_MISMATCH', `array "${name}" is missing`, {
        fix: `${plans.size} arrays, all of the graph's parameters and buffers`,
      });
}

function checkArray(plans: Plans, name: string, { shape, dtype, data }: HostTensor): void {
  const plan = plans.get(name);
  if (plan === undefined)
    throw new RouteError('CAIRN_WEIGHTS_MISMATCH', `array "${name}" is not in the graph`, {
      fix: suggestionFor(plans, name),
    });
  const size = plan.shape.reduce((n, d) => n * d, 1);
  if (shape.join() !== plan.shape.join() || dtype !== plan.dtype || data.length !== size)
    throw new RouteError(
      'CAIRN_WEIGHTS_MISMATCH',
      `array "${name}": got ${dtype} [${shape.join(', ')}] with ${data.length} numbers`,
      { fix: `${plan.dtype} [${plan.shape.join(', ')}], ${size} numbers` },
    );
}

/** The nearest name; a whole list would fill the screen. */
function suggestionFor(plans: Plans, name: string): string {
  const close = nearest(name, plans.keys());
  return close === undefined ? `one of the graph's ${plans.size} arrays` : `"${close}"?`;
}
