/** What goes through a segment together, for how many images there is room, and which borders are clean still. */
import { describe, expect, test } from 'vitest';
import { CleanBorders } from './clean-borders.ts';
import { localsOf } from './locals.ts';
import type { Piece, Segment } from './schedule.ts';
import { Storage } from './storage.ts';
import { stretchesOf } from './stretch.ts';

const border = { top: 1, left: 1, bottom: 1, right: 1 };
const piece = (...uses: Storage[]): Piece => ({ node: '', uses });
const segment = (...pieces: Piece[]): Segment => ({ pieces, held: [], work: [] });
/** 100 × 100 pixels of 4 channels are 160,000 bytes: two fit into a chunk. */
const large = (): Storage => new Storage([100, 100, 4]);
const small = (): Storage => new Storage([50, 50, 4]);

describe('stretches', () => {
  test('end where the resolution changes, and have as many images as fit', () => {
    const [a, b, c, d] = [large(), large(), small(), small()];
    const [first, second, third] = [piece(a, b), piece(b, c), piece(c, d)];
    expect(stretchesOf(segment(first, second, third), 16)).toEqual([
      { pieces: [first, second], chunk: 2 },
      { pieces: [third], chunk: 8 },
    ]);
    expect(stretchesOf(segment(third), 5)).toEqual([{ pieces: [third], chunk: 5 }]);
  });

  test('take in pieces that use nothing, and have one image where not even one fits', () => {
    const [none, huge] = [piece(), piece(new Storage([300, 300, 4]))];
    expect(stretchesOf(segment(none, huge, none), 4)).toEqual([{ pieces: [none, huge, none], chunk: 1 }]);
    expect(stretchesOf(segment(none), 4)).toEqual([{ pieces: [none], chunk: 4 }]);
    expect(stretchesOf(segment(), 4)).toEqual([]);
  });
});

test('what crosses stretches is there for the shard, as long as they last', () => {
  const [a, b, c, d, e] = [large(), large(), small(), small(), small()];
  const stretches = stretchesOf(segment(piece(a), piece(a, b), piece(b, c), piece(c, d), piece(d, e)), 16);
  const locals = localsOf(stretches, 16, (s) => s !== e);
  expect(locals.map(({ storage, extent, interval }) => [storage, extent, interval])).toEqual([
    [a, 'chunk', { bytes: 2 * a.imageBytes, from: 0, to: 1 }],
    [b, 'chunk', { bytes: 2 * b.imageBytes, from: 1, to: 2 }],
    [c, 'shard', { bytes: 16 * c.imageBytes, from: 0, to: 4 }],
    [d, 'chunk', { bytes: 8 * d.imageBytes, from: 3, to: 4 }],
  ]);
});

describe('clean borders', () => {
  const images = (count: number, first = 0) => ({ first, count, chunk: first, shard: 0 });
  const placed = (base: number, shape: number[], bordered = true): Storage => {
    const storage = new Storage(shape, bordered ? border : undefined);
    storage.place(base, 'chunk');
    return storage;
  };

  test('serve the next value with the same frames at the same place', () => {
    const borders = new CleanBorders();
    expect(borders.taken(placed(0, [8, 8, 4]), images(2))).toBe(true);
    expect(borders.taken(placed(0, [8, 8, 4]), images(2))).toBe(false);
    expect(borders.taken(placed(0, [8, 8, 4]), images(1, 2))).toBe(false);
    expect(borders.taken(placed(0, [8, 8, 4]), images(3))).toBe(true);
    expect(borders.taken(placed(0, [4, 16, 4]), images(2))).toBe(true);
  });

  test.each([
    ['with other frames', [8, 8, 2], true],
    ['without a border', [8, 8, 4], false],
  ] as const)('are lost under a value %s', (_, shape, bordered) => {
    const borders = new CleanBorders();
    expect(borders.taken(placed(0, [8, 8, 4]), images(2))).toBe(true);
    expect(borders.taken(placed(64, [...shape], bordered), images(1))).toBe(bordered);
    expect(borders.taken(placed(0, [8, 8, 4]), images(2))).toBe(true);
  });

  test('stay beside a value that lies elsewhere; outside scratch nothing is known', () => {
    const borders = new CleanBorders();
    const here = placed(0, [8, 8, 4]);
    expect(borders.taken(here, images(1))).toBe(true);
    expect(borders.taken(placed(here.imageBytes, [2, 2, 4]), images(1))).toBe(true);
    expect(borders.taken(here, images(1))).toBe(false);
    here.place(0, 'batch');
    expect(borders.taken(here, images(1))).toBe(true);
    expect(borders.taken(here, images(1))).toBe(true);
  });
});
