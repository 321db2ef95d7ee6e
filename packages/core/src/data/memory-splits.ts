import type { DatasetSpec, Split, Splits } from '../contracts/dataset.ts';
import { canonicalJson, sha256 } from '../json.ts';

/** Samples that lie in memory: bytes in NHWC order, one sample after the other, and a class for each. */
export interface Samples {
  readonly labels: Int32Array;
  readonly pixels: Uint8Array;
}

/**
 * The two splits of a data set that fits into memory. The digest covers the spec (a network sees its mean and
 * standard deviation too), every label and every byte of both.
 */
export async function memorySplits(spec: DatasetSpec, train: Samples, test: Samples): Promise<Splits> {
  const parts = await Promise.all(
    [train, test].flatMap((s) => [sha256(bytesOf(s.labels)), sha256(s.pixels)]),
  );
  return {
    spec,
    digest: await sha256(canonicalJson({ spec, parts })),
    train: memorySplit(spec, train),
    test: memorySplit(spec, test),
  };
}

function memorySplit({ input }: DatasetSpec, { labels, pixels }: Samples): Split {
  const length = input.height * input.width * input.channels;
  const size = labels.length;
  if (pixels.length !== size * length) {
    throw new RangeError(`pixels: got ${pixels.length} bytes; ${size} samples of ${length} bytes`);
  }
  return {
    size,
    labels,
    async read(rows) {
      const bytes = new Uint8Array(rows.length * length);
      rows.forEach((row, i) => {
        if (row < 0 || row >= size) throw new RangeError(`row: got ${row}; 0 to ${size - 1}`);
        bytes.set(pixels.subarray(row * length, (row + 1) * length), i * length);
      });
      return { kind: 'image', bytes };
    },
  };
}

/** Little-endian, whatever the machine. */
function bytesOf(labels: Int32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(labels.length * 4));
  labels.forEach((label, i) => view.setInt32(i * 4, label, true));
  return new Uint8Array(view.buffer);
}
