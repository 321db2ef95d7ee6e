import type { RandomStream } from '../random.ts';

/** The layout of one image in bytes: rows of pixels of channels. */
export interface ByteImage {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * A change of one sample, a pure function of the sample and its address (augmentation seed, epoch, index).
 * It works on bytes before normalisation, as PyTorch's image transforms do.
 */
export interface Augmentation {
  /** Reads `from`, writes all of `to` (same length, never the same array). */
  apply(from: Uint8Array, to: Uint8Array, image: ByteImage, random: RandomStream): void;
}
