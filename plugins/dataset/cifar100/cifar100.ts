/**
 * The binary version of CIFAR-100 (Krizhevsky, "Learning multiple layers of features from tiny images", 2009).
 * A record is a superclass byte, a class byte and three planes of 32×32 bytes.
 */
import {
  memorySplits,
  readPlanarRecords,
  type DataSource,
  type DatasetSpec,
  type PlanarLayout,
  type Splits,
} from '@cairn/core';

export interface Cifar100Options {
  /** Training images per class, the first ones; 0 is all 500. @default 0 */
  readonly limit: number;
  /** Test images per class, the first ones; 0 is all 100. @default 0 */
  readonly testLimit: number;
}

/** The 20 superclasses in order, each with its five classes. */
const HIERARCHY: readonly (readonly [superclass: string, classes: string])[] = [
  ['aquatic_mammals', 'beaver dolphin otter seal whale'],
  ['fish', 'aquarium_fish flatfish ray shark trout'],
  ['flowers', 'orchid poppy rose sunflower tulip'],
  ['food_containers', 'bottle bowl can cup plate'],
  ['fruit_and_vegetables', 'apple mushroom orange pear sweet_pepper'],
  ['household_electrical_devices', 'clock keyboard lamp telephone television'],
  ['household_furniture', 'bed chair couch table wardrobe'],
  ['insects', 'bee beetle butterfly caterpillar cockroach'],
  ['large_carnivores', 'bear leopard lion tiger wolf'],
  ['large_man-made_outdoor_things', 'bridge castle house road skyscraper'],
  ['large_natural_outdoor_scenes', 'cloud forest mountain plain sea'],
  ['large_omnivores_and_herbivores', 'camel cattle chimpanzee elephant kangaroo'],
  ['medium_mammals', 'fox porcupine possum raccoon skunk'],
  ['non-insect_invertebrates', 'crab lobster snail spider worm'],
  ['people', 'baby boy girl man woman'],
  ['reptiles', 'crocodile dinosaur lizard snake turtle'],
  ['small_mammals', 'hamster mouse rabbit shrew squirrel'],
  ['trees', 'maple_tree oak_tree palm_tree pine_tree willow_tree'],
  ['vehicles_1', 'bicycle bus motorcycle pickup_truck train'],
  ['vehicles_2', 'lawn_mower rocket streetcar tank tractor'],
];

/** Classes are numbered by name, so a class's number and its superclass both follow from the hierarchy. */
const classes = HIERARCHY.flatMap(([, names], superclass) =>
  names.split(' ').map((name) => ({ name, superclass })),
).sort((a, b) => (a.name < b.name ? -1 : 1));

export const cifar100Spec = {
  id: 'cifar100',
  classes: 100,
  classNames: classes.map((c) => c.name),
  superclasses: classes.map((c) => c.superclass),
  input: {
    kind: 'image',
    height: 32,
    width: 32,
    channels: 3,
    // RepDistiller's values, so that published numbers can be compared.
    mean: [0.5071, 0.4867, 0.4408],
    std: [0.2675, 0.2565, 0.2761],
  },
} as const satisfies DatasetSpec;

export const cifar100Source: DataSource = {
  id: 'cifar100',
  folder: 'cifar-100-binary',
  files: [
    { name: 'train.bin', bytes: 153_700_000, md5: '6172c7755cfe09b2fe270c85cebc1b15' },
    { name: 'test.bin', bytes: 30_740_000, md5: '4499cfba6c016c1be1438163640a0898' },
  ],
  archive: {
    name: 'cifar-100-binary.tar.gz',
    bytes: 168_513_733,
    md5: '03b5dce01913d631647c71ecec9e9cb8',
    url: 'https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz',
  },
};

const layout: PlanarLayout = {
  ...cifar100Spec.input,
  labelBytes: 2,
  classOf: ([coarse = -1, fine = -1]) => (classes[fine]?.superclass === coarse ? fine : undefined),
};

/**
 * The splits out of the archive's files.
 * @throws CAIRN_DATA_SIZE, CAIRN_DATA_RECORD (a class that does not belong to its record's superclass)
 */
export function cifar100Splits(
  files: ReadonlyMap<string, Uint8Array>,
  { limit, testLimit }: Cifar100Options,
): Promise<Splits> {
  return memorySplits(
    cifar100Spec,
    readPlanarRecords(files, ['train.bin'], layout, limit),
    readPlanarRecords(files, ['test.bin'], layout, testLimit),
  );
}
