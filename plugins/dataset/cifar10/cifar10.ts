/**
 * The binary version of CIFAR-10 (Krizhevsky, "Learning multiple layers of features from tiny images", 2009).
 * A record is a class byte and three planes of 32×32 bytes; the training images are five files.
 */
import {
  memorySplits,
  readPlanarRecords,
  type DataSource,
  type DatasetSpec,
  type PlanarLayout,
  type Splits,
} from '@cairn/core';

export interface Cifar10Options {
  /** Training images per class, the first ones; 0 is all 5000. @default 0 */
  readonly limit: number;
  /** Test images per class, the first ones; 0 is all 1000. @default 0 */
  readonly testLimit: number;
}

const CLASS_NAMES = 'airplane automobile bird cat deer dog frog horse ship truck'.split(' ');

export const cifar10Spec = {
  id: 'cifar10',
  classes: 10,
  classNames: CLASS_NAMES,
  input: {
    kind: 'image',
    height: 32,
    width: 32,
    channels: 3,
    // Measured over the training images.
    mean: [0.4914, 0.4822, 0.4465],
    std: [0.247, 0.2435, 0.2616],
  },
} as const satisfies DatasetSpec;

const TRAIN_MD5 = [
  '5dd7e06a14cb22eb9f671a540d1b7c25',
  '5ea93a67294ea407fff1d09f752e9692',
  '942cd6a4bcdd0dd3c604fbe906cb4421',
  'ae636b3ba5c66a11e91e8cb52e771fcb',
  '53f37980c15c3d472c316c40844f3f0d',
];
const BYTES = 30_730_000;
const train = TRAIN_MD5.map((md5, i) => ({ name: `data_batch_${i + 1}.bin`, bytes: BYTES, md5 }));
const test = { name: 'test_batch.bin', bytes: BYTES, md5: '803d5f7f4d78ea53de84dbe85f74fb6d' };

export const cifar10Source: DataSource = {
  id: 'cifar10',
  folder: 'cifar-10-batches-bin',
  files: [...train, test],
  archive: {
    name: 'cifar-10-binary.tar.gz',
    bytes: 170_052_171,
    md5: 'c32a1d4ab5d03f1284b67883e8d87530',
    url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
  },
};

const layout: PlanarLayout = {
  ...cifar10Spec.input,
  labelBytes: 1,
  classOf: ([label = 255]) => (label < CLASS_NAMES.length ? label : undefined),
};

/**
 * The splits out of the archive's files.
 * @throws CAIRN_DATA_SIZE, CAIRN_DATA_RECORD (a label above 9)
 */
export function cifar10Splits(
  files: ReadonlyMap<string, Uint8Array>,
  { limit, testLimit }: Cifar10Options,
): Promise<Splits> {
  const trainNames = train.map((f) => f.name);
  return memorySplits(
    cifar10Spec,
    readPlanarRecords(files, trainNames, layout, limit),
    readPlanarRecords(files, [test.name], layout, testLimit),
  );
}
