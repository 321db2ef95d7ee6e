/** Random crop of the zero-padded image, then horizontal flip: the order of RepDistiller and of most CIFAR work. */
import type { ByteImage, RandomStream } from '@cairn/core';

export interface CropFlipOptions {
  /** Pixels of zero bytes around the image before a window of the old size is cut out; 0 does not crop. @default 4 */
  readonly padding: number;
  /** Mirrors every second image, left to right. @default true */
  readonly flip: boolean;
}

/** What was drawn for one sample: where the window lies in the padded image (0…2·padding), and whether to mirror. */
export interface CropFlip {
  readonly top: number;
  readonly left: number;
  readonly mirrored: boolean;
}

/** Draws top, left and mirror, in this order. */
export function drawCropFlip({ padding, flip }: CropFlipOptions, random: RandomStream): CropFlip {
  const top = random.below(2 * padding + 1);
  const left = random.below(2 * padding + 1);
  return { top, left, mirrored: flip && random.uniform() < 0.5 };
}

/**
 * Writes the window of the padded `from` into `to`, mirrored if asked.
 * @param from height × width × channels bytes, NHWC
 * @param to as long as `from`, another array; every byte is written
 */
export function cutAndMirror(
  from: Uint8Array,
  to: Uint8Array,
  { height, width, channels }: ByteImage,
  { top, left, mirrored }: CropFlip,
  padding: number,
): void {
  to.fill(0);
  const dy = top - padding;
  const dx = left - padding;
  const first = Math.max(0, -dx);
  const last = Math.min(width, width - dx);
  // The window may lie beside the image: nothing to copy.
  if (first >= last) return;
  for (let y = Math.max(0, -dy); y < Math.min(height, height - dy); y++) {
    const source = (y + dy) * width + dx;
    const row = y * width;
    if (!mirrored) {
      to.set(
        from.subarray((source + first) * channels, (source + last) * channels),
        (row + first) * channels,
      );
      continue;
    }
    for (let x = first; x < last; x++) {
      const target = (row + width - 1 - x) * channels;
      for (let c = 0; c < channels; c++) to[target + c] = from[(source + x) * channels + c] as number;
    }
  }
}
