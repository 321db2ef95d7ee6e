/**
 * Images with a border of zeros. A convolution whose patches all lie inside the image reads the tensor as it is;
 * otherwise groups of images are copied into a scratch frame, one group at a time, so that the copy stays in cache.
 */
import type { Runtime } from './runtime.ts';

/** A batch of NHWC float32 images at a byte address. */
export interface Images {
  readonly address: number;
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
}

/** The area that patches touch, in pixels: its size, and where the image begins in it. */
export interface Frame {
  readonly rows: number;
  readonly columns: number;
  readonly top: number;
  readonly left: number;
}

/** Consecutive images that are processed together. */
export interface Groups {
  readonly size: number;
  /** Distance between images and between rows of the area that kernels read, in bytes. */
  readonly imageBytes: number;
  readonly rowBytes: number;
  /** Scratch bytes that `load` needs; 0 when the tensor is read in place. */
  readonly scratchBytes: number;
  /** Makes images `first` … `first + count − 1` readable and returns the address of the first. */
  load(runtime: Runtime, scratch: number, first: number, count: number): number;
}

const groupBytes = 96 * 1024;
/** Kernels may read up to 5 floats past a patch. */
const slack = 64;

/** Clears a frame's border. Call once before the first `load`. */
export function clearScratch(runtime: Runtime, groups: Groups, scratch: number): void {
  if (groups.scratchBytes > 0) runtime.kernels.fill(scratch, groups.scratchBytes);
}

/** @param copy forces a frame where reading in place would do */
export function groupImages(images: Images, frame: Frame, copy = false): Groups {
  const { count, rows, columns, channels } = images;
  const framed = copy || frame.top > 0 || frame.left > 0 || frame.rows > rows || frame.columns > columns;
  const area = framed ? frame : { rows, columns };
  const rowBytes = area.columns * channels * 4;
  const imageBytes = area.rows * rowBytes;
  const size = Math.max(1, Math.min(count, Math.floor(groupBytes / imageBytes)));
  if (!framed) {
    const load: Groups['load'] = (_runtime, _scratch, first) => images.address + first * imageBytes;
    return { size, imageBytes, rowBytes, scratchBytes: 0, load };
  }
  const copiedRows = Math.max(0, Math.min(rows, frame.rows - frame.top));
  const copiedColumns = Math.max(0, Math.min(columns, frame.columns - frame.left));
  const load: Groups['load'] = (runtime, scratch, first, n) => {
    const source = images.address + first * rows * columns * channels * 4;
    runtime.kernels.padImages(
      source,
      scratch,
      n,
      channels,
      copiedRows,
      copiedColumns,
      rows,
      columns,
      frame.rows,
      frame.columns,
      frame.top,
      frame.left,
    );
    return scratch;
  };
  return { size, imageBytes, rowBytes, scratchBytes: size * imageBytes + slack, load };
}
