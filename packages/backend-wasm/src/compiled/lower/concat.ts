import type { Step } from '@cairn/nn';
import { noBorder, type Storage } from '../storage.ts';
import { emitChannels } from './channel-runs.ts';
import type { Lowering } from './lowering.ts';

/** Two or more values one behind the other along the channels. */
export const concat: Lowering = {
  forward({ node, schedule, input, output }) {
    const parts = node.inputs.map((_, i) => input(i));
    const { step } = node;
    schedule.add({
      node: node.id,
      uses: [output, ...parts],
      images: (emit, images) =>
        eachPart(step, (index, at, count) =>
          emitChannels(emit, images, parts[index] as Storage, output, { from: 0, to: at, count }),
        ),
    });
  },
  backward(site) {
    const { node, schedule } = site;
    const dy = site.gradient(noBorder);
    const { step } = node;
    const gradients = node.inputs.map((_, i) => (site.wanted(i) ? site.gradientOf(i) : undefined));
    schedule.add({
      node: node.id,
      uses: [dy, ...gradients.flatMap((g) => g ?? [])],
      images: (emit, images) =>
        eachPart(step, (index, at, count) => {
          const target = gradients[index];
          if (target !== undefined) emitChannels(emit, images, dy, target, { from: at, to: 0, count });
        }),
    });
    gradients.forEach((gradient, i) => {
      if (gradient !== undefined) site.give(i, gradient);
    });
  },
};

/** @param visit with the index of an input, its first channel in the result, and how many it has */
function eachPart({ inputShapes }: Step, visit: (index: number, at: number, count: number) => void): void {
  let at = 0;
  inputShapes.forEach((shape, index) => {
    const count = shape.at(-1) ?? 0;
    visit(index, at, count);
    at += count;
  });
}
