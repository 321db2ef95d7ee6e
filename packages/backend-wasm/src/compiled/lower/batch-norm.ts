import { mostShards, shardPixels } from '../batch.ts';
import { clampOf } from '../low-node.ts';
import type { Schedule } from '../schedule.ts';
import type { Storage } from '../storage.ts';
import type { BackwardSite, ForwardSite, Lowering, Site } from './lowering.ts';
import { addPointwise } from './pointwise-pieces.ts';

interface Attributes {
  readonly epsilon: number;
  readonly momentum: number;
}

/** The segment in which a node's statistics are gathered; they are whole in the next one. */
const gathered = new WeakMap<object, Schedule['segment']>();

/**
 * Batch normalisation with the residual add and activation behind it. Statistics and gradient sums are gathered per
 * shard; after a barrier every task merges them for itself in the order of the shards.
 */
export const batchNorm: Lowering = {
  early(site) {
    const { node, schedule, tables } = site;
    const x = site.input(0);
    const bytes = 16 * x.channels;
    const statistics = site.memory('statistics', mostShards * bytes);
    gathered.set(node, schedule.segment);
    schedule.add({
      node: node.id,
      uses: [x],
      images: (emit, images, shard) => {
        const seen = (images.first - shard.first) * x.rows * x.columns;
        const target = statistics + shard.index * bytes;
        emit('shardStatistics', x.pixels(images), target, seen, tables.plane(images, [x]));
      },
    });
  },
  forward(site) {
    if (site.training) forwardTraining(site);
    else forwardInference(site);
  },
  backward(site) {
    const { node, schedule } = site;
    const g = incoming(site);
    const [low, high] = clampOf(node.residual === undefined ? node.activation : 'none');
    if (node.residual !== undefined && site.wanted(1)) site.give(1, g);
    gatherSums(site, g, low, high);
    schedule.barrier();
    applyGradient(site, g, low, high);
  },
  repeat: {
    fits: (node) => node.residual === undefined,
    forward(site) {
      const constants = site.memory('constants');
      addNormalise({ ...site, residual: undefined }, () => constants, {});
    },
  },
};

function forwardTraining(site: ForwardSite): void {
  const { node, schedule } = site;
  const x = site.input(0);
  const { channels } = x;
  const { epsilon, momentum } = node.step.attributes as Attributes;
  const statistics = site.memory('statistics', mostShards * 16 * channels);
  const constants = site.memory('constants', 12 * channels);
  if (gathered.get(node) === schedule.segment) schedule.barrier();
  const merged = schedule.held(16 * channels);
  const own = schedule.held(12 * channels);
  const gamma = site.array('gamma');
  const pixels = x.rows * x.columns;
  addNormalise(site, () => own.address, {
    begin: (emit, _shard, batch) => {
      const { full, last } = shardPixels(batch, pixels);
      const { length } = batch.shards;
      // prettier-ignore
      emit('normConstants', statistics, length, full, last, channels, gamma, epsilon, merged.address, own.address);
    },
    once: (emit, batch) => {
      const { full, last } = shardPixels(batch, pixels);
      const { length } = batch.shards;
      // prettier-ignore
      emit('normConstants', statistics, length, full, last, channels, gamma, epsilon, merged.address, constants);
      // prettier-ignore
      emit(
        'moveStatistics', merged.address, batch.size * pixels, channels, site.array('runningMean'),
        site.array('runningVariance'), site.array('batches'), momentum,
      );
    },
  });
}

function forwardInference(site: ForwardSite): void {
  const { node, preparation } = site;
  const { channels } = site.input(0);
  const { epsilon } = node.step.attributes as Attributes;
  const constants = preparation.block(12 * channels);
  preparation.add([], (emit) => {
    const [mean, variance] = [site.array('runningMean'), site.array('runningVariance')];
    emit('normConstantsInfer', mean, variance, channels, site.array('gamma'), epsilon, constants);
  });
  addNormalise(site, () => constants, {});
}

type Frame = Pick<Parameters<Schedule['add']>[0], 'begin' | 'once'>;

function addNormalise(
  site: Site & Pick<ForwardSite, 'residual'>,
  constants: () => number,
  frame: Frame,
): void {
  const { node, schedule, tables, output, residual } = site;
  const x = site.input(0);
  const [floor, cap] = clampOf(node.activation);
  const operands = [x, residual, output];
  schedule.add({
    node: node.id,
    uses: operands.flatMap((s) => s ?? []),
    ...frame,
    images: (emit, images) => {
      // prettier-ignore
      emit(
        'normalise', x.pixels(images), residual?.pixels(images) ?? 0, output.pixels(images), site.array('beta'),
        constants(), floor, cap, tables.plane(images, operands),
      );
    },
  });
}

/** The gradient before the normalisation's own part: behind the residual add it has passed the activation. */
function incoming(site: BackwardSite): Storage {
  const { node, schedule, output } = site;
  if (node.residual === undefined || node.activation === 'none') return site.gradient();
  const [a, b] = site.gradients.length > 2 ? [site.gradient()] : site.gradients;
  const y = schedule.storage([output.rows, output.columns, output.channels]);
  const mask = { value: output, activation: node.activation };
  addPointwise(site, { node: node.id, a: a as Storage, b, y, mask });
  return y;
}

function gatherSums(site: BackwardSite, g: Storage, low: number, high: number): void {
  const { node, schedule, tables } = site;
  const x = site.input(0);
  const bytes = 16 * x.channels;
  const [sums, constants, beta] = [site.memory('sums'), site.memory('constants'), site.array('beta')];
  schedule.add({
    node: node.id,
    uses: [g, x],
    begin: (emit, shard) => emit('fill', sums + shard.index * bytes, bytes),
    images: (emit, images, shard) => {
      const [from, at, target] = [g.pixels(images), x.pixels(images), sums + shard.index * bytes];
      emit('normGradSums', from, at, beta, constants, target, low, high, tables.plane(images, [g, x]));
    },
  });
}

function applyGradient(site: BackwardSite, g: Storage, low: number, high: number): void {
  const { node, schedule, tables, place } = site;
  const x = site.input(0);
  const { channels } = x;
  const [sums, constants, beta] = [site.memory('sums'), site.memory('constants'), site.array('beta')];
  const [dgamma, dbeta] = [place.whole('gamma'), place.whole('beta')];
  const factors = schedule.held(8 * channels);
  const dx = site.wanted(0) ? site.gradientOf(0) : undefined;
  schedule.add({
    node: node.id,
    uses: dx === undefined ? [] : [g, x, dx],
    begin: (emit, _shard, { size, shards }) => {
      const rows = size * x.rows * x.columns;
      emit('normGradFactors', sums, shards.length, rows, channels, constants, factors.address);
    },
    images: (emit, images) => {
      if (dx === undefined) return;
      // prettier-ignore
      emit(
        'normGradApply', g.pixels(images), x.pixels(images), dx.pixels(images), beta, constants, factors.address,
        low, high, tables.plane(images, [g, x, dx]),
      );
    },
    once: (emit, { shards }) =>
      emit('normParameterGrad', sums, shards.length, channels, constants, dgamma, dbeta),
  });
  if (dx !== undefined) site.give(0, dx);
}
