import type { Storage } from '../storage.ts';
import type { BackwardSite } from './lowering.ts';

/** The gradient of a bias: the sum of dy over all pixels. */
export function addBiasGradient({ node, schedule, tables, place }: BackwardSite, dy: Storage): void {
  const target = place.shards('bias');
  schedule.add({
    node: node.id,
    uses: [dy],
    begin: (emit, shard) => emit('fill', target(shard), 4 * dy.channels),
    images: (emit, images, shard) =>
      emit('planeChannelSums', dy.pixels(images), target(shard), tables.imagePlane(images, [dy])),
  });
}
