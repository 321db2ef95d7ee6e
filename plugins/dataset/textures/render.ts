/** Draws one image of a texture class; what varies from image to image grows with the difficulty. */
import type { RandomStream } from '@cairn/core';
import type { TextureClass } from './classes.ts';

const TURN = 2 * Math.PI;
const DEGREE = TURN / 360;
/** Wavelength of the bands, in sixteenths of the image. */
const BANDS = 9;

type Field = (x: number, y: number) => number;

/** Standard normal numbers that every image reads from a place of its own: drawing them anew takes half the time. */
export function noiseTable(random: RandomStream): Float32Array {
  return Float32Array.from({ length: 1 << 16 }, () => random.normal());
}

/**
 * Writes size × size × 3 bytes at `at`.
 * @param other a class whose pattern is blended in
 * @param difficulty 0…1
 */
export function renderTexture(
  to: Uint8Array,
  at: number,
  size: number,
  { texture, other, difficulty }: { texture: TextureClass; other: TextureClass; difficulty: number },
  random: RandomStream,
  noise: Float32Array,
): void {
  const mirrored = random.uniform() < 0.5;
  const pattern = patternOf(texture, difficulty, random);
  const distractor = patternOf(other, difficulty, random);
  const bands = bandsOf(texture, difficulty, random);
  const blend = 0.55 * difficulty * random.uniform();
  const colour = coloursOf(texture, difficulty, random);
  const hidden = occluder(difficulty, random);
  const grain = 0.02 + 0.1 * difficulty;
  const start = random.below(noise.length);
  // How much of the bands is brightness, which a single linear filter sees.
  const shade = 0.5 * (1 - difficulty) ** 2;
  for (let row = 0, i = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const x = ((mirrored ? size - 1 - column : column) * 16) / size;
      const y = (row * 16) / size;
      const band = bands(x, y);
      const fine = (1 - blend) * (0.5 + 0.5 * band) * pattern(x, y) + blend * distractor(x, y);
      const value = hidden(x, y) ? 0 : fine + shade * band;
      for (let channel = 0; channel < 3; channel++, i++) {
        const light = colour(channel, value) + grain * (noise[(start + i) & 0xffff] as number);
        to[at + i] = Math.max(0, Math.min(255, Math.round(255 * light)));
      }
    }
  }
}

/** The fine pattern: zero mean, root mean square 0.7. */
function patternOf({ family, ...c }: TextureClass, difficulty: number, random: RandomStream): Field {
  const angle = c.angle + (4 + 14 * difficulty) * DEGREE * random.normal();
  const frequency = TURN / (c.wavelength * Math.exp((0.03 + 0.09 * difficulty) * random.normal()));
  const cos = frequency * Math.cos(angle);
  const sin = frequency * Math.sin(angle);
  const [p, q] = [TURN * random.uniform(), TURN * random.uniform()];
  switch (family) {
    case 'stripes':
      return (x, y) => Math.cos(cos * x + sin * y + p);
    case 'checks':
      return (x, y) => 1.4 * Math.cos(cos * x + sin * y + p) * Math.cos(cos * y - sin * x + q);
    case 'dots':
      return (x, y) =>
        3 * Math.max(0, Math.cos(cos * x + sin * y + p)) * Math.max(0, Math.cos(cos * y - sin * x + q)) - 0.3;
    case 'rings': {
      const [cx, cy] = [16 * random.uniform(), 16 * random.uniform()];
      return (x, y) => Math.cos(frequency * Math.hypot(x - cx, y - cy) + p);
    }
    case 'grain':
      return grainOf(frequency, random);
  }
}

function grainOf(frequency: number, random: RandomStream): Field {
  const waves = Array.from({ length: 4 }, () => {
    const angle = TURN * random.uniform();
    return [frequency * Math.cos(angle), frequency * Math.sin(angle), TURN * random.uniform()] as const;
  });
  return (x, y) => {
    let sum = 0;
    for (const [cos, sin, phase] of waves) sum += Math.cos(cos * x + sin * y + phase);
    return sum / 2;
  };
}

function bandsOf(c: TextureClass, difficulty: number, random: RandomStream): Field {
  const angle = c.bands + (2 + 9 * difficulty) * DEGREE * random.normal();
  const frequency = TURN / (BANDS * Math.exp((0.04 + 0.1 * difficulty) * random.normal()));
  const [cos, sin] = [frequency * Math.cos(angle), frequency * Math.sin(angle)];
  const phase = TURN * random.uniform();
  return (x, y) => Math.cos(cos * x + sin * y + phase);
}

/** A line in colour space: the light of a channel for a value of the pattern. */
function coloursOf(
  c: TextureClass,
  difficulty: number,
  random: RandomStream,
): (channel: number, value: number) => number {
  const hue = c.hue + (10 + 60 * difficulty) * DEGREE * random.normal();
  const brightness = 0.5 + (0.02 + 0.06 * difficulty) * random.normal();
  const contrast = 0.25 * Math.exp((0.1 + 0.35 * difficulty) * random.normal());
  const tints = [0, 1, 2].map((channel) => Math.cos(hue - (channel * TURN) / 3));
  return (channel, value) => {
    const tint = tints[channel] as number;
    return brightness + 0.1 * tint + contrast * (1 + 0.4 * tint) * value;
  };
}

/** A flat rectangle of a quarter to half a side, on some of the images. */
function occluder(difficulty: number, random: RandomStream): (x: number, y: number) => boolean {
  const present = random.uniform() < 0.6 * difficulty;
  const [width, height] = [4 + 4 * random.uniform(), 4 + 4 * random.uniform()];
  const [left, top] = [(16 - width) * random.uniform(), (16 - height) * random.uniform()];
  return (x, y) => present && x >= left && x < left + width && y >= top && y < top + height;
}
