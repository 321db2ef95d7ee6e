/** Which augmentation of its rows an epoch shows: a fresh one, or a view out of a bank that all students share. */
import { createRandom, type Random, type ViewAddress } from '@cairn/core';
import type { RunSpec } from '../loop/types.ts';

/** What the samples of an epoch are augmented by. */
export interface EpochView {
  readonly address: ViewAddress;
  readonly random: Random;
  /** The place of its draws. */
  readonly epoch: number;
}

/** What decides the views that a run shows. */
export type ViewRule = Pick<RunSpec, 'seed' | 'augmentations' | 'augmentation'>;

/**
 * The view of an epoch of a student's life, as an address. Seeds begin with different views, so that two of them side
 * by side do not work out the same one. Where nothing augments there is one view.
 * @param epoch from 1
 */
export function viewAddress({ seed, augmentations, augmentation }: ViewRule, epoch: number): ViewAddress {
  if (augmentations.length === 0) return { bank: 0, view: 0 };
  if (augmentation === undefined) return { seed, epoch };
  return { bank: augmentation.seed, view: (epoch - 1 + seed) % augmentation.views };
}

/** @param random the student's own */
export function viewOf(spec: ViewRule, random: Random, epoch: number): EpochView {
  const address = viewAddress(spec, epoch);
  if (!('bank' in address)) return { address, random, epoch };
  const bank = createRandom(address.bank);
  const drawn: Random = { at: (purpose, view, row) => bank.at(`bank/${purpose}`, view, row) };
  return { address, random: drawn, epoch: address.view };
}
