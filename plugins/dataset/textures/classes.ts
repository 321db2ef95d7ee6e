/**
 * What the classes are. A superclass is a fine pattern: a family, its wavelength, its direction and a palette. A
 * subclass is the direction of the broad bands in which the pattern comes and goes. Bands change contrast, and
 * brightness only where the difficulty is low, so their direction shows after filtering, rectifying and filtering again.
 */
export const FAMILIES = ['stripes', 'checks', 'dots', 'rings', 'grain'] as const;
export type Family = (typeof FAMILIES)[number];

export interface TextureClass {
  readonly name: string;
  readonly superclass: number;
  readonly family: Family;
  /** Of the fine pattern, in sixteenths of the image. */
  readonly wavelength: number;
  /** Direction of the fine pattern, radians from the horizontal. */
  readonly angle: number;
  /** Of the palette, radians. */
  readonly hue: number;
  /** Direction across the bands, radians in [0, π/2]: images are mirrored at random, so the sign means nothing. */
  readonly bands: number;
}

const WAVELENGTHS: Readonly<Record<Family, number>> = {
  stripes: 3.6,
  checks: 4.4,
  dots: 5,
  rings: 3.6,
  grain: 3.2,
};

/** Subclasses spread over this share of the colours between two superclasses: a hint that jitter drowns. */
const HUE_SHARE = 0.5;

/** All classes, superclass by superclass. */
export function textureClasses(superclasses: number, subclasses: number): readonly TextureClass[] {
  return Array.from({ length: superclasses * subclasses }, (_, i) => {
    const superclass = Math.floor(i / subclasses);
    const step = subclasses === 1 ? 0 : (i % subclasses) / (subclasses - 1);
    const family = FAMILIES[superclass % FAMILIES.length] ?? 'grain';
    const lap = Math.floor(superclass / FAMILIES.length);
    return {
      name: `${family}${lap === 0 ? '' : lap + 1}-${Math.round(step * 90)}`,
      superclass,
      family,
      wavelength: WAVELENGTHS[family] * 1.4 ** lap,
      angle: ((superclass * 0.381966 + 0.1) % 1) * (Math.PI / 2),
      hue: (2 * Math.PI * (superclass + HUE_SHARE * (step - 0.5))) / superclasses,
      bands: (step * Math.PI) / 2,
    };
  });
}

/**
 * The true distance of two classes, 0 only to itself: at least 1 between superclasses (more for far palettes and
 * wavelengths), below 1 within one; the directions of the bands count in both.
 */
export function classDistance(a: TextureClass, b: TextureClass): number {
  const bands = (0.9 * Math.abs(a.bands - b.bands)) / (Math.PI / 2);
  if (a.superclass === b.superclass) return bands;
  const palette = (1 - Math.cos(a.hue - b.hue)) / 2;
  const octaves = Math.abs(Math.log2(a.wavelength) - Math.log2(b.wavelength));
  const family = a.family === b.family ? 0 : 0.5;
  return Math.hypot(1 + family + 0.3 * palette + 0.3 * octaves, bands);
}
