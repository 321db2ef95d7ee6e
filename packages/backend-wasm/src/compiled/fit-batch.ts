import { BackendError } from '@cairn/core';
import type { SharedHeap } from './heap.ts';

interface Plan {
  dispose(): void;
}

/**
 * Makes a plan for batches of a size; where there is no room nothing is kept.
 * @throws CAIRN_BACKEND_MEMORY, with a batch size for which there would be room
 */
export function fitBatch<P extends Plan>(heap: SharedHeap, size: number, make: (capacity: number) => P): P {
  try {
    return heap.attempt(() => make(size));
  } catch (cause) {
    throw withFittingBatch(heap, size, make, cause);
  }
}

/** What to throw where there was no room; other errors as they are. @param make tried with smaller batches */
export function withFittingBatch(
  heap: SharedHeap,
  size: number,
  make: (capacity: number) => Plan,
  cause: unknown,
): unknown {
  if (!isMemoryError(cause)) return cause;
  const fits = largestFitting(heap, size, make);
  return new BackendError(
    'CAIRN_BACKEND_MEMORY',
    `batch of ${size}: the memory of compiled networks is full`,
    {
      fix: fits === 0 ? 'a smaller network, or fewer at a time' : `a batch of at most ${fits}`,
      cause,
    },
  );
}

/** By halves; 0 where not even one image fits. */
function largestFitting(heap: SharedHeap, size: number, make: (capacity: number) => Plan): number {
  for (let smaller = Math.floor(size / 2); smaller > 0; smaller = Math.floor(smaller / 2)) {
    try {
      heap.attempt(() => make(smaller)).dispose();
      return smaller;
    } catch (error) {
      if (!isMemoryError(error)) throw error;
    }
  }
  return 0;
}

function isMemoryError(error: unknown): boolean {
  return error instanceof BackendError && error.code === 'CAIRN_BACKEND_MEMORY';
}
