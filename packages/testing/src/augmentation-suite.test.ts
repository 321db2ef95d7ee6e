import type { Augmentation } from '@cairn/core';
import { expect, test } from 'vitest';
import { augmentationChecks } from './augmentation-suite.ts';
import { brokenChecks } from './checks.ts';

const ADDRESS = 'depends on the address alone, not on the order or the instance';
const WRITES = 'writes every byte of its target, and none beside it';
const READS = 'reads its input where it lies, and nothing beside it';
const INPUT = 'does not write its input';

/** Every byte moved by one drawn amount. */
const brighter: Augmentation['apply'] = (from, to, _, random) => {
  const by = random.below(256);
  from.forEach((byte, i) => (to[i] = byte + by));
};
const made = (apply: Augmentation['apply']) => (): Augmentation => ({ apply });

test('one that keeps the contract breaks nothing', async () => {
  expect(await brokenChecks(augmentationChecks(made(brighter)))).toEqual([]);
  const copy = made((from, to) => to.set(from));
  expect(await brokenChecks(augmentationChecks(copy, { random: false }))).toEqual([]);
});

const broken: readonly (readonly [string, () => Augmentation, string])[] = [
  [
    'draws from elsewhere',
    made((from, to) => from.forEach((_, i) => (to[i] = 256 * Math.random()))),
    ADDRESS,
  ],
  [
    'counts its samples',
    () => {
      let n = 0;
      return { apply: (from, to) => void (to.set(from), (to[0] = n++)) };
    },
    ADDRESS,
  ],
  [
    'keeps its first stream',
    () => {
      let first: Parameters<Augmentation['apply']>[3] | undefined;
      return { apply: (from, to, image, random) => brighter(from, to, image, (first ??= random)) };
    },
    ADDRESS,
  ],
  ['ignores its address', made((from, to) => to.set(from.toReversed())), 'differs from epoch to epoch'],
  [
    'ignores whose turn it is',
    made((from, to) => to.set(from.toReversed())),
    'differs from sample to sample',
  ],
  ['leaves bytes as they were', made((from, to) => to.set(from.subarray(1), 1)), WRITES],
  ['writes beside its target', made((from, to) => new Uint8Array(to.buffer).fill(3)), WRITES],
  ['reads the whole buffer', made((from, to) => to.set(new Uint8Array(from.buffer, 0, to.length))), READS],
  ['reverses its input in place', made((from, to) => to.set(from.reverse())), INPUT],
];
test.each(broken)('one that %s is found', async (_, create, check) => {
  expect(await brokenChecks(augmentationChecks(create))).toContain(check);
});
