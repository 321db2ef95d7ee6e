/** The filter gradient of a convolution: a sum per shard, in chunks of pixels in fixed order. */
import { forwardPhase } from '../../conv-phases.ts';
import { pixelChunk } from '../../pixel-chunk.ts';
import { winogradFilterGradFits } from '../../winograd-pass.ts';
import type { Images, Storage } from '../storage.ts';
import { tapsOf, pixelRule, type Taps } from './conv-pass.ts';
import { convAttributes, convGeometry } from './conv-shape.ts';
import type { BackwardSite } from './lowering.ts';

export function addFilterGradient(site: BackwardSite, dy: Storage): void {
  const g = convGeometry(site.node.step);
  const { groups } = convAttributes(site.node.step);
  if (groups === g.inChannels && groups > 1 && g.outChannels === groups) addDepthwise(site, dy);
  else if (groups > 1) addGrouped(site, dy, groups);
  else if (site.winograd && winogradFilterGradFits(g)) addWinograd(site, dy);
  else addDirect(site, dy);
}

function addWinograd(site: BackwardSite, dy: Storage): void {
  const { node, schedule, tables, place, kernels } = site;
  const x = site.input(0);
  const { padding } = convAttributes(node.step);
  const target = place.shards('weight');
  const bytes = kernels.winogradFilterGradSums(x.channels, dy.channels);
  const sums = schedule.held(bytes);
  const work = schedule.work(kernels.winogradFilterGradScratch(x.channels, dy.channels));
  const [rows, columns] = [dy.rows / 4, dy.columns / 4];
  const start = (x.border.top - padding) * x.rowBytes + (x.border.left - padding) * x.pixelBytes;
  schedule.add({
    node: node.id,
    uses: [x, dy],
    begin: (emit) => emit('fill', sums.address, bytes),
    images: (emit, images) => {
      // prettier-ignore
      const table = tables.pixels([
        images.count, rows, columns, start, x.imageBytes, 4 * x.rowBytes, 4 * x.pixelBytes, dy.inset, dy.imageBytes,
        4 * dy.rowBytes, 4 * dy.pixelBytes,
      ]);
      // prettier-ignore
      emit(
        'winogradFilterGrad', x.frame(images), dy.frame(images), sums.address, table, images.count * rows * columns,
        x.rowBytes, dy.rowBytes, x.channels, dy.channels, work.address,
      );
    },
    end: (emit, shard) =>
      emit('winogradFilterGradEnd', sums.address, target(shard), x.channels, dy.channels, work.address),
  });
}

function addDirect(site: BackwardSite, dy: Storage): void {
  const { node, schedule, tables, place } = site;
  const x = site.input(0);
  const phase = forwardPhase(convGeometry(node.step));
  const { offsets, run } = tapsOf(phase, {
    source: x,
    groups: 1,
    filterColumns: convAttributes(node.step).kernel,
  });
  const target = place.shards('weight');
  const list = tables.ints(offsets);
  schedule.add({
    node: node.id,
    uses: [x, dy],
    begin: (emit, shard) => emit('fill', target(shard), 4 * offsets.length * run * dy.channels),
    images: (emit, images, shard) => {
      const table = tables.pixels(pixelRule(phase, images.count, x, dy));
      const [source, gradient, sums] = [x.frame(images), dy.frame(images), target(shard)];
      eachChunk(images, dy, (at, count) =>
        // prettier-ignore
        emit(
          'filterGradTiles', source, gradient, sums, list, offsets.length, run, table + 8 * at, count, dy.channels,
        ),
      );
    },
  });
}

/** Group by group into scratch, then into the columns of the group. */
function addGrouped(site: BackwardSite, dy: Storage, groups: number): void {
  const { node, schedule, tables, place } = site;
  const x = site.input(0);
  const phase = forwardPhase(convGeometry(node.step));
  const taps: Taps = tapsOf(phase, { source: x, groups, filterColumns: convAttributes(node.step).kernel });
  const { offsets, run } = taps;
  const outputs = dy.channels / groups;
  const bytes = 4 * offsets.length * run * outputs;
  const sums = schedule.held(bytes * groups);
  const target = place.shards('weight');
  const list = tables.ints(offsets);
  schedule.add({
    node: node.id,
    uses: [x, dy],
    begin: (emit) => emit('fill', sums.address, bytes * groups),
    images: (emit, images) => {
      const table = tables.pixels(pixelRule(phase, images.count, x, dy));
      for (let group = 0; group < groups; group++) {
        const source = x.frame(images) + 4 * group * run;
        const gradient = dy.frame(images) + 4 * group * outputs;
        eachChunk(images, dy, (at, count) =>
          // prettier-ignore
          emit(
            'filterGradTiles', source, gradient, sums.address + group * bytes, list, offsets.length, run,
            table + 8 * at, count, outputs,
          ),
        );
      }
    },
    end: (emit, shard) => {
      for (let group = 0; group < groups; group++)
        // prettier-ignore
        emit(
          'copyRows', sums.address + group * bytes, target(shard) + 4 * group * outputs, offsets.length * run,
          4 * outputs, 4 * outputs, dy.pixelBytes,
        );
    },
  });
}

function addDepthwise(site: BackwardSite, dy: Storage): void {
  const { node, schedule, tables, place } = site;
  const x = site.input(0);
  const phase = forwardPhase(convGeometry(node.step));
  const filterColumns = convAttributes(node.step).kernel;
  const { offsets } = tapsOf(phase, { source: x, groups: x.channels, filterColumns });
  const target = place.shards('weight');
  const list = tables.ints(offsets);
  schedule.add({
    node: node.id,
    uses: [x, dy],
    begin: (emit, shard) => emit('fill', target(shard), offsets.length * dy.pixelBytes),
    images: (emit, images, shard) => {
      const table = tables.pixels(pixelRule(phase, images.count, x, dy));
      const [source, gradient, sums] = [x.frame(images), dy.frame(images), target(shard)];
      eachChunk(images, dy, (at, count) =>
        // prettier-ignore
        emit(
          'depthwiseFilterGrad', source, gradient, sums, list, offsets.length, table + 8 * at, count, dy.channels,
        ),
      );
    },
  });
}

function eachChunk(images: Images, dy: Storage, visit: (at: number, count: number) => void): void {
  const pixels = images.count * dy.rows * dy.columns;
  const size = pixelChunk(dy.columns, dy.channels);
  for (let at = 0; at < pixels; at += size) visit(at, Math.min(size, pixels - at));
}
