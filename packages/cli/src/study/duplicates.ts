/** Images that a data set holds more than once: counted once for each digest, kept in the cache. */
import { createHash } from 'node:crypto';
import type { Split, Splits, Store } from '@cairn/core';
import { z } from 'zod';
import { counted } from '../format.ts';

const whole = z.number().int().nonnegative();
const schema = z.object({
  version: z.literal(1),
  /** Of the data set. */
  digest: z.string(),
  /** Test images that are in the training split too, byte for byte. */
  both: whole,
  /** Images of a split beyond the first of their kind in it. */
  train: whole,
  test: whole,
});

export type Duplicates = z.output<typeof schema>;

/**
 * What of a data set is there twice, whatever its labels. It reads the test images; nothing but this report sees
 * what it finds.
 * @param home receives `cache/duplicates/<digest>.json`
 * @param keep false where nothing may be written
 */
export async function duplicatesOf(home: Store, splits: Splits, keep = true): Promise<Duplicates> {
  const { digest } = splits;
  const file = `cache/duplicates/${digest.slice(0, 32)}.json`;
  const known = await readKnown(home, file, digest);
  if (known !== undefined) return known;
  const found = { version: 1 as const, digest, ...(await countDuplicates(splits)) };
  if (keep) await home.write(file, new TextEncoder().encode(`${JSON.stringify(found)}\n`));
  return found;
}

/** A line for people; none where nothing is there twice. */
export function duplicateLines({ both, train, test }: Duplicates): string[] {
  if (both + train + test === 0) return [];
  const shared = counted(both, 'test image');
  return [`data: in both splits ${shared}; repeated within a split ${train} of train, ${test} of test`];
}

export async function countDuplicates({
  train,
  test,
}: Splits): Promise<Pick<Duplicates, 'both' | 'train' | 'test'>> {
  const [seen, held] = [await hashesOf(train), await hashesOf(test)];
  const kinds = new Set(seen);
  return {
    both: held.filter((hash) => kinds.has(hash)).length,
    train: seen.length - kinds.size,
    test: held.length - new Set(held).size,
  };
}

const CHUNK = 1000;

async function hashesOf(split: Split): Promise<string[]> {
  const hashes: string[] = [];
  for (let from = 0; from < split.size; from += CHUNK) {
    const rows = Int32Array.from({ length: Math.min(CHUNK, split.size - from) }, (_, i) => from + i);
    const { bytes } = await split.read(rows);
    const size = bytes.length / rows.length;
    rows.forEach((_, i) => {
      hashes.push(
        createHash('sha256')
          .update(bytes.subarray(i * size, (i + 1) * size))
          .digest('base64'),
      );
    });
  }
  return hashes;
}

/** A damaged file is as good as none: it is counted again. */
async function readKnown(home: Store, file: string, digest: string): Promise<Duplicates | undefined> {
  const bytes = await home.read(file);
  if (bytes === undefined) return undefined;
  try {
    const parsed = schema.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
    return parsed.success && parsed.data.digest === digest ? parsed.data : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
