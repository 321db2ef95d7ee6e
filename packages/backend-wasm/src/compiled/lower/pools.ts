/** Maximum and average over square windows. */
import type { Step } from '@cairn/nn';
import { noBorder, type Border, type Images, type Storage } from '../storage.ts';
import { inputShape, type BackwardSite, type ForwardSite, type Lowering, type Site } from './lowering.ts';

interface Attributes {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly countIncludePad?: boolean;
}

export const maxPool: Lowering = {
  forward: (site) => addPool(site, true, 0),
  backward(site) {
    if (!site.wanted(0)) return;
    const x = site.input(0);
    const dy = site.gradient(noBorder);
    // The kernel reads x where it writes dx: both in frames of one kind.
    const dx = site.schedule.storage([x.rows, x.columns, x.channels], x.border);
    const geometry = geometryOf(site, dx, dy, 0);
    site.schedule.add({
      node: site.node.id,
      uses: [dx, dy, x],
      images: (emit, images) => {
        const { count } = images;
        emit(
          'poolBackward',
          dy.pixels(images),
          x.pixels(images),
          dx.pixels(images),
          count,
          x.channels,
          geometry,
          1,
        );
      },
    });
    site.give(0, dx);
  },
};

/** The kernels divide by the pixels inside; where the padding counts it is made part of the image. */
export const averagePool: Lowering = {
  inputBorder: (step) => frameOf(countedPadding(step)),
  forward: (site) => addPool(site, false, countedPadding(site.node.step)),
  backward(site) {
    if (!site.wanted(0)) return;
    const counted = countedPadding(site.node.step);
    const dy = site.gradient(noBorder);
    const whole = counted === 0 ? site.gradientOf(0) : widened(site, counted);
    const geometry = geometryOf(site, whole, dy, counted);
    site.schedule.add({
      node: site.node.id,
      uses: [whole, dy],
      images: (emit, images) => {
        const { count } = images;
        emit('poolBackward', dy.pixels(images), 0, whole.pixels(images), count, dy.channels, geometry, 0);
      },
    });
    site.give(0, counted === 0 ? whole : inner(site, whole, counted));
  },
};

function countedPadding({ attributes }: Step): number {
  const { padding, countIncludePad } = attributes as Attributes;
  return countIncludePad === true ? padding : 0;
}

function frameOf(padding: number): Border {
  return { top: padding, left: padding, bottom: padding, right: padding };
}

/** @param counted pixels around the image that count as part of it */
function addPool(site: ForwardSite, maximum: boolean, counted: number): void {
  const { node, schedule, output } = site;
  const x = site.input(0);
  const geometry = geometryOf(site, x, output, counted);
  const start = counted * (x.rowBytes + x.pixelBytes);
  schedule.add({
    node: node.id,
    uses: [output, x],
    images: (emit, images) => {
      const [from, to] = [x.pixels(images) - start, output.pixels(images)];
      emit('poolForward', from, to, images.count, x.channels, geometry, maximum ? 1 : 0);
    },
  });
}

/** The numbers of `assembly/pool.ts`. */
function geometryOf({ node, tables }: Site, inside: Storage, outside: Storage, counted: number): number {
  const { kernel, stride, padding } = node.step.attributes as Attributes;
  const [rows = 1, columns = 1] = inputShape(node.step);
  const margin = padding - counted;
  // prettier-ignore
  return tables.ints([
    rows + 2 * counted, columns + 2 * counted, outside.rows, outside.columns, kernel, kernel, stride, stride, 1, 1,
    margin, margin, inside.imageBytes, inside.rowBytes, outside.imageBytes, outside.rowBytes,
  ]);
}

function widened({ node, schedule }: BackwardSite, padding: number): Storage {
  const [rows = 1, columns = 1, channels = 1] = inputShape(node.step);
  return schedule.storage([rows + 2 * padding, columns + 2 * padding, channels]);
}

/** What lies inside the padding. */
function inner(site: BackwardSite, whole: Storage, padding: number): Storage {
  const dx = site.gradientOf(0);
  const plane = ({ count }: Images): number =>
    // prettier-ignore
    site.tables.ints([
      count, dx.rows, dx.columns, dx.channels, whole.imageBytes, whole.rowBytes, 0, 0, 0, 0, dx.imageBytes, dx.rowBytes,
    ]);
  site.schedule.add({
    node: site.node.id,
    uses: [dx, whole],
    images: (emit, images) => {
      const from = whole.pixels(images) + padding * (whole.rowBytes + whole.pixelBytes);
      emit('pointwise', from, 0, 0, 0, dx.pixels(images), -Infinity, Infinity, 0, 0, plane(images));
    },
  });
  return dx;
}
