import { noBorder } from '../storage.ts';
import { eachRun, emitChannels } from './channel-runs.ts';
import type { Lowering } from './lowering.ts';

interface Attributes {
  readonly from: number;
  readonly to: number;
}

/** Channels from…to − 1. */
export const slice: Lowering = {
  forward({ node, schedule, input, output }) {
    const x = input(0);
    const { from } = node.step.attributes as Attributes;
    schedule.add({
      node: node.id,
      uses: [output, x],
      images: (emit, images) =>
        emitChannels(emit, images, x, output, { from, to: 0, count: output.channels }),
    });
  },
  backward(site) {
    if (!site.wanted(0)) return;
    const { from } = site.node.step.attributes as Attributes;
    const dy = site.gradient(noBorder);
    const dx = site.gradientOf(0);
    site.schedule.add({
      node: site.node.id,
      uses: [dx, dy],
      images: (emit, images) => {
        eachRun(images, dx, dx, (at, _, pixels) => emit('fill', at, pixels * dx.pixelBytes));
        emitChannels(emit, images, dy, dx, { from: 0, to: from, count: dy.channels });
      },
    });
    site.give(0, dx);
  },
};
