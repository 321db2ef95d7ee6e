/** What 100 steps of a ResNet-8 start from and see; `pytorch/twin.py` makes the same and writes the losses. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { goldenNumbers } from './numbers.ts';

const size = 16;
/** Of the crops. */
export const twinPadding = 2;

export const twinTask = {
  input: {
    kind: 'image',
    height: size,
    width: size,
    channels: 3,
    mean: [0.5, 0.5, 0.5],
    std: [0.25, 0.25, 0.25],
  },
  classes: 10,
} as const;

export const twinDepth = 8;
export const twinLoss = { temperature: 4, ceWeight: 0.1, kdWeight: 0.9 } as const;
export const twinRule = {
  name: 'sgd',
  learningRate: 0.001,
  momentum: 0.9,
  dampening: 0,
  nesterov: false,
  weightDecay: 5e-4,
} as const;

const [images, batch] = [256, 64] as const;
const bytes = size * size * 3;

/** PyTorch's losses in float64, a step after the other. */
export function twinLosses(): readonly number[] {
  const text = readFileSync(new URL('./pytorch/twin.json', import.meta.url), 'utf8');
  return z.array(z.number()).length(100).parse(JSON.parse(text));
}

export interface TwinCrop {
  readonly top: number;
  readonly left: number;
  readonly mirrored: boolean;
}

/** Rows of a step (from 0), each with its crop of the image padded by 2. */
export function twinBatch(step: number): { readonly row: number; readonly crop: TwinCrop }[] {
  const perEpoch = images / batch;
  const hashed = goldenNumbers(images, 4000 + Math.floor(step / perEpoch));
  const order = [...hashed.keys()].sort((a, b) => (hashed[a] ?? 0) - (hashed[b] ?? 0));
  const place = (step % perEpoch) * batch;
  const draws = goldenNumbers(3 * batch, 5000 + step).map((v) => (v + 1) / 2);
  return order.slice(place, place + batch).map((row, i) => {
    const [down = 0, right = 0, mirror = 0] = draws.subarray(3 * i, 3 * i + 3);
    const offset = (share: number): number => Math.floor(share * (2 * twinPadding + 1));
    return { row, crop: { top: offset(down), left: offset(right), mirrored: mirror < 0.5 } };
  });
}

/** An image in bytes, NHWC: a colour per class under noise. */
export function twinImage(row: number): Uint8Array {
  const colour = goldenNumbers(3, 100 + (row % twinTask.classes));
  return Uint8Array.from(goldenNumbers(bytes, 1000 + row), (noise, i) => {
    const value = 128 + 60 * (colour[i % 3] ?? 0) + 40 * noise;
    return Math.min(255, Math.max(0, Math.floor(value + 0.5)));
  });
}

/** A teacher's logits for a row: it knows the class, and has an opinion on the others. */
export function twinGuide(row: number): Float32Array {
  const label = row % twinTask.classes;
  return Float32Array.from(
    goldenNumbers(twinTask.classes, 2000 + row),
    (v, c) => 4 * v + (c === label ? 6 : 0),
  );
}
