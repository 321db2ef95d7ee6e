import { noBorder, type Storage } from '../storage.ts';
import type { Schedule } from '../schedule.ts';
import { eachRun } from './channel-runs.ts';
import type { Lowering } from './lowering.ts';

interface Attributes {
  readonly groups: number;
}

/** Deals the channels of equal groups out in turn; dealt among as many groups as each had, they are back. */
export const channelShuffle: Lowering = {
  forward({ node, schedule, input, output }) {
    addShuffle(schedule, node.id, input(0), output, (node.step.attributes as Attributes).groups);
  },
  backward(site) {
    if (!site.wanted(0)) return;
    const dy = site.gradient(noBorder);
    const dx = site.gradientOf(0);
    const { groups } = site.node.step.attributes as Attributes;
    addShuffle(site.schedule, site.node.id, dy, dx, dy.channels / groups);
    site.give(0, dx);
  },
};

function addShuffle(
  schedule: Schedule,
  node: string,
  source: Storage,
  target: Storage,
  groups: number,
): void {
  schedule.add({
    node,
    uses: [target, source],
    images: (emit, images) =>
      eachRun(images, source, target, (a, b, pixels) =>
        emit('shuffleChannels', a, b, pixels, source.channels, groups),
      ),
  });
}
