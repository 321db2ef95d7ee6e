/**
 * Which borders in a thread's scratch are zero still. Values of a task follow each other at the same place; where the
 * next one has the same frames, the border that was cleared for the one before serves it too.
 */
import type { Images, Storage } from './storage.ts';

interface Frames {
  readonly start: number;
  readonly end: number;
  /** Sizes of a frame and of its border. */
  readonly layout: string;
}

/** Of one task, from its first call on: what ran before it may have left anything behind. */
export class CleanBorders {
  #clean: readonly Frames[] = [];

  /** Notes that frames are written anew. Returns whether their border has to be cleared before. */
  taken(storage: Storage, images: Images): boolean {
    if (!storage.local) return storage.bordered;
    const start = storage.frame(images);
    const frames = { start, end: start + images.count * storage.imageBytes, layout: layoutOf(storage) };
    const isSame = (f: Frames): boolean => f.start === start && f.layout === frames.layout;
    const clean = this.#clean.some((f) => isSame(f) && f.end >= frames.end);
    this.#clean = this.#clean.filter((f) => isSame(f) || f.end <= start || frames.end <= f.start);
    if (!storage.bordered || clean) return false;
    this.#clean = [...this.#clean, frames];
    return true;
  }
}

function layoutOf({ rowBytes, imageBytes, pixelBytes, border }: Storage): string {
  const { top, left, bottom, right } = border;
  return [rowBytes, imageBytes, pixelBytes, top, left, bottom, right].join();
}
