import { anchorAtEpoch, type Decision, type Manifest } from '@cairn/core';

/**
 * A move for each epoch, in the order given.
 * @throws CAIRN_ANCHOR_MISSING for an epoch at which the route has no anchor
 */
export function listedAnchors(route: Manifest, epochs: readonly number[]): readonly Decision[] {
  return epochs.map((epoch, i) => ({
    reason: `${i + 1} of ${epochs.length} listed: epoch ${epoch}`,
    numbers: { epoch },
    move: [anchorAtEpoch(route, epoch).id],
  }));
}
