/** From data to pixels, and round places for ticks. */
export interface Scale {
  (value: number): number;
  readonly ticks: readonly number[];
}

/** @param range pixels of the domain's two ends */
export function linear(
  domain: readonly [number, number],
  range: readonly [number, number],
  step: number,
): Scale {
  const [d0, d1] = domain;
  const [r0, r1] = range;
  const count = Math.floor((d1 - d0) / step + 1e-9);
  const ticks = Array.from({ length: count + 1 }, (_, i) => d0 + i * step);
  return Object.assign((value: number) => r0 + ((value - d0) / (d1 - d0)) * (r1 - r0), { ticks });
}

/** A step of 1, 2 or 5 times a power of ten that cuts the span into at most `most` parts. */
export function roundStep(span: number, most: number): number {
  const power = 10 ** Math.floor(Math.log10(span / most));
  return [1, 2, 5, 10].map((f) => f * power).find((step) => span / step <= most) ?? span;
}
