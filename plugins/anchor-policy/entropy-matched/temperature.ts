const [LOWEST, HIGHEST] = [1 / 64, 64];

/** Temperature, the entropy that it gives, and how many entropies were computed for it. */
export interface MatchedTemperature {
  readonly temperature: number;
  readonly entropy: number;
  readonly evaluations: number;
}

/**
 * The temperature at which an entropy has a value, by bisection of its logarithm. Entropy grows with temperature.
 * 1 is tried first and taken where it fits; beyond 1/64 and 64 the nearer end is taken.
 * @param entropyAt in nats
 * @param target in nats
 * @param tolerance in nats
 */
export async function temperatureFor(
  entropyAt: (temperature: number) => Promise<number>,
  target: number,
  tolerance = 1e-6,
): Promise<MatchedTemperature> {
  let evaluations = 1;
  const plain = await entropyAt(1);
  if (Math.abs(plain - target) <= tolerance) return { temperature: 1, entropy: plain, evaluations };
  let [low, high] = plain < target ? [0, Math.log(HIGHEST)] : [Math.log(LOWEST), 0];
  for (;;) {
    const middle = (low + high) / 2;
    const temperature = Math.exp(middle);
    const entropy = await entropyAt(temperature);
    evaluations++;
    if (Math.abs(entropy - target) <= tolerance || high - low < 1e-9) {
      return { temperature, entropy, evaluations };
    }
    if (entropy < target) low = middle;
    else high = middle;
  }
}
