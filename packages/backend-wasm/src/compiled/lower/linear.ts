import { activationCode } from '../low-node.ts';
import type { Images, Storage } from '../storage.ts';
import { noBorder } from '../storage.ts';
import { addBiasGradient } from './bias.ts';
import type { BackwardSite, Lowering, Site } from './lowering.ts';

interface Attributes {
  readonly bias: boolean;
}

/** y = x·Wᵀ + b: a convolution of images of one pixel, W in PyTorch's layout [units, features]. */
export const linear: Lowering = {
  forward(site) {
    const { node, schedule, tables, preparation, output } = site;
    const x = site.input(0);
    const filter = preparation.block(Math.ceil(output.channels / 8) * 32 * x.channels);
    const taps = tables.ints([0]);
    preparation.add([], (emit) =>
      emit('packFilterTransposed', site.array('weight'), filter, taps, 1, output.channels, x.channels),
    );
    const bias = (node.step.attributes as Attributes).bias ? site.array('bias') : 0;
    const code = activationCode(node.activation);
    schedule.add({
      node: node.id,
      uses: [x, output],
      images: (emit, images) => {
        // prettier-ignore
        emit(
          'convTilesFused', x.frame(images), output.frame(images), filter, taps, 1, x.channels,
          pairs(site, images, x, output), images.count, output.channels, bias, 0, code,
        );
      },
    });
  },
  backward(site) {
    const dy = site.gradient(noBorder);
    addWeightGradient(site, dy);
    if ((site.node.step.attributes as Attributes).bias) addBiasGradient(site, dy);
    if (site.wanted(0)) addInputGradient(site, dy);
  },
};

function pairs({ tables }: Site, { count }: Images, source: Storage, target: Storage): number {
  const [s, t] = [source.imageBytes, target.imageBytes];
  return tables.pixels([count, 1, 1, source.inset, s, 0, 0, target.inset, t, 0, 0]);
}

function addWeightGradient(site: BackwardSite, dy: Storage): void {
  const { node, schedule, tables, place } = site;
  const x = site.input(0);
  const target = place.shards('weight');
  const taps = tables.ints([0]);
  schedule.add({
    node: node.id,
    uses: [x, dy],
    begin: (emit, shard) => emit('fill', target(shard), 4 * x.channels * dy.channels),
    images: (emit, images, shard) => {
      // prettier-ignore
      emit(
        'filterGradTiles', dy.frame(images), x.frame(images), target(shard), taps, 1, dy.channels,
        pairs(site, images, dy, x), images.count, x.channels,
      );
    },
  });
}

function addInputGradient(site: BackwardSite, dy: Storage): void {
  const { node, schedule, tables, preparation } = site;
  const dx = site.gradientOf(0);
  const filter = preparation.block(Math.ceil(dx.channels / 8) * 32 * dy.channels);
  preparation.add([], (emit) => emit('packFilter', site.array('weight'), filter, dy.channels, dx.channels));
  const taps = tables.ints([0]);
  schedule.add({
    node: node.id,
    uses: [dy, dx],
    images: (emit, images) => {
      // prettier-ignore
      emit(
        'convTiles', dy.frame(images), dx.frame(images), filter, taps, 1, dy.channels,
        pairs(site, images, dy, dx), images.count, dx.channels,
      );
    },
  });
  site.give(0, dx);
}
