/**
 * Files of fixed-length records, a few label bytes and then one plane of bytes per channel: the binary layout of
 * the CIFAR archives. Images come out in NHWC order.
 */
import type { ByteImage } from '../contracts/augmentation.ts';
import { DataError } from '../errors.ts';
import type { Samples } from './memory-splits.ts';

export interface PlanarLayout extends ByteImage {
  /** Label bytes before the planes of each record. */
  readonly labelBytes: number;
  /** The class that the label bytes name, 0-based; undefined where they cannot be right. */
  readonly classOf: (labels: Uint8Array) => number | undefined;
}

interface Chosen {
  readonly file: Uint8Array;
  readonly offset: number;
  readonly label: number;
}

/**
 * Reads records of several files as one list, in the order of `names`.
 * @param perClass keeps the first records of each class, up to this many; 0 keeps all
 * @throws CAIRN_DATA_MISSING, CAIRN_DATA_SIZE (not a whole number of records), CAIRN_DATA_RECORD (impossible labels)
 */
export function readPlanarRecords(
  files: ReadonlyMap<string, Uint8Array>,
  names: readonly string[],
  layout: PlanarLayout,
  perClass = 0,
): Samples {
  const taken = new Map<number, number>();
  const chosen = names.flatMap((name) =>
    recordsOf(files, name, layout).filter(({ label }) => {
      const before = taken.get(label) ?? 0;
      taken.set(label, before + 1);
      return perClass === 0 || before < perClass;
    }),
  );
  const length = layout.height * layout.width * layout.channels;
  const pixels = new Uint8Array(chosen.length * length);
  chosen.forEach((record, i) => interleave(record, layout, pixels, i * length));
  return { labels: Int32Array.from(chosen, (r) => r.label), pixels };
}

function recordsOf(files: ReadonlyMap<string, Uint8Array>, name: string, layout: PlanarLayout): Chosen[] {
  const file = files.get(name);
  if (file === undefined) {
    const known = [...files.keys()].join(', ') || 'none';
    throw new DataError('CAIRN_DATA_MISSING', `${name}: not among the files that were opened (${known})`);
  }
  const { labelBytes, classOf } = layout;
  const stride = labelBytes + layout.height * layout.width * layout.channels;
  if (file.length % stride !== 0) {
    throw new DataError('CAIRN_DATA_SIZE', `${name}: got ${file.length} bytes`, {
      fix: `a whole number of records of ${stride} bytes`,
    });
  }
  return Array.from({ length: file.length / stride }, (_, record) => {
    const offset = record * stride;
    const labels = file.subarray(offset, offset + labelBytes);
    const label = classOf(labels);
    if (label === undefined) {
      throw new DataError(
        'CAIRN_DATA_RECORD',
        `${name}: record ${record} has the label bytes ${labels.join(', ')}`,
        { fix: 'labels of this data set; the file is another one, or altered' },
      );
    }
    return { file, offset: offset + labelBytes, label };
  });
}

function interleave(from: Chosen, image: ByteImage, to: Uint8Array, at: number): void {
  const plane = image.height * image.width;
  for (let channel = 0; channel < image.channels; channel++) {
    const start = from.offset + channel * plane;
    for (let p = 0; p < plane; p++) to[at + p * image.channels + channel] = from.file[start + p] as number;
  }
}
