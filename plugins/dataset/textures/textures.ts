/** Made textures with superclasses (ours): no file, and the likeness of the classes is known. */
import { createRandom, memorySplits, type DatasetSpec, type Samples, type Splits } from '@cairn/core';
import { textureClasses } from './classes.ts';
import { noiseTable, renderTexture } from './render.ts';

export interface TexturesOptions {
  /** Fine patterns with their palettes, 2…10. @default 5 */
  readonly superclasses: number;
  /** Directions of the bands within each superclass, 1…8. @default 4 */
  readonly subclasses: number;
  /** @default 150 */
  readonly trainPerClass: number;
  /** @default 100 */
  readonly testPerClass: number;
  /** Side of the images in pixels. @default 16 */
  readonly size: 16 | 32;
  /** Noise, jitter, occlusion and blending, 0…1. @default 0.55 */
  readonly difficulty: number;
  /** Share of training labels replaced by another class, drawn uniformly. @default 0 */
  readonly labelNoise: number;
  /** Of the images; not the seed of a run. @default 0 */
  readonly seed: number;
}

export function texturesSpec({ superclasses, subclasses, size }: TexturesOptions): DatasetSpec {
  const classes = textureClasses(superclasses, subclasses);
  return {
    id: 'textures',
    classes: classes.length,
    classNames: classes.map((c) => c.name),
    superclasses: classes.map((c) => c.superclass),
    input: {
      kind: 'image',
      height: size,
      width: size,
      channels: 3,
      mean: [0.5, 0.5, 0.5],
      std: [0.2, 0.2, 0.2],
    },
  };
}

/** The splits, made anew: equal options give equal bytes. Row i is of class i modulo the number of classes. */
export function texturesSplits(options: TexturesOptions): Promise<Splits> {
  return memorySplits(
    texturesSpec(options),
    withLabelNoise(samplesOf('train', options.trainPerClass, options), options),
    samplesOf('test', options.testPerClass, options),
  );
}

function samplesOf(part: 'train' | 'test', perClass: number, options: TexturesOptions): Samples {
  const { superclasses, subclasses, size, difficulty } = options;
  const random = createRandom(options.seed);
  const classes = textureClasses(superclasses, subclasses);
  const noise = noiseTable(random.at('textures/noise'));
  const labels = Int32Array.from({ length: perClass * classes.length }, (_, i) => i % classes.length);
  const length = size * size * 3;
  const pixels = new Uint8Array(labels.length * length);
  labels.forEach((label, i) => {
    const stream = random.at(`textures/${part}`, 0, i);
    const texture = classes[label];
    const other = classes[stream.below(classes.length)];
    if (texture === undefined || other === undefined) throw new RangeError(`class: got ${label}`);
    renderTexture(pixels, i * length, size, { texture, other, difficulty }, stream, noise);
  });
  return { labels, pixels };
}

function withLabelNoise({ labels, pixels }: Samples, { labelNoise, seed, ...o }: TexturesOptions): Samples {
  const random = createRandom(seed);
  const classes = o.superclasses * o.subclasses;
  const noisy = labels.map((label, i) => {
    const stream = random.at('textures/labels', 0, i);
    return stream.uniform() < labelNoise ? (label + 1 + stream.below(classes - 1)) % classes : label;
  });
  return { labels: noisy, pixels };
}
