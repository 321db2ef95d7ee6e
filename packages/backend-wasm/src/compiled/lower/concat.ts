import type { Storage } from '../storage.ts';
import { noBorder } from '../storage.ts';
import { emitChannels } from './channel-runs.ts';
import type { Lowering } from './lowering.ts';

/** Two or more values one behind the other along the channels. */
export const concat: Lowering = {
  forward({ node, schedule, input, output }) {
    const parts = node.inputs.map((_, i) => input(i));
    schedule.add({
      node: node.id,
      uses: [output, ...parts],
      images: (emit, images) =>
        eachPart(parts, (part, at) =>
          emitChannels(emit, images, part, output, { from: 0, to: at, count: part.channels }),
        ),
    });
  },
  backward(site) {
    const { node, schedule } = site;
    const dy = site.gradient(noBorder);
    const parts = node.inputs.map((_, i) => site.input(i));
    const gradients = parts.map((_, i) => (site.wanted(i) ? site.gradientOf(i) : undefined));
    schedule.add({
      node: node.id,
      uses: [dy, ...gradients.flatMap((g) => g ?? [])],
      images: (emit, images) =>
        eachPart(parts, (part, at, i) => {
          const target = gradients[i];
          if (target !== undefined)
            emitChannels(emit, images, dy, target, { from: at, to: 0, count: part.channels });
        }),
    });
    gradients.forEach((gradient, i) => {
      if (gradient !== undefined) site.give(i, gradient);
    });
  },
};

function eachPart(
  parts: readonly Storage[],
  visit: (part: Storage, at: number, index: number) => void,
): void {
  let at = 0;
  parts.forEach((part, index) => {
    visit(part, at, index);
    at += part.channels;
  });
}
