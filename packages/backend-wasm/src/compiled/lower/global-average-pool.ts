import { noBorder } from '../storage.ts';
import type { Lowering } from './lowering.ts';

export const globalAveragePool: Lowering = {
  forward({ node, schedule, tables, input, output }) {
    const x = input(0);
    schedule.add({
      node: node.id,
      uses: [x, output],
      images: (emit, images) =>
        emit('planeAverage', x.pixels(images), output.pixels(images), tables.imagePlane(images, [x, output])),
    });
  },
  backward(site) {
    if (!site.wanted(0)) return;
    const dy = site.gradient(noBorder);
    const dx = site.gradientOf(0);
    site.schedule.add({
      node: site.node.id,
      uses: [dy, dx],
      images: (emit, images) =>
        emit(
          'planeAverageGrad',
          dy.pixels(images),
          dx.pixels(images),
          site.tables.imagePlane(images, [dx, dy]),
        ),
    });
    site.give(0, dx);
  },
};
