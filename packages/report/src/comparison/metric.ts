/** What is known of a metric by its name: units, direction, and what to call it. */

export interface MetricInfo {
  readonly name: string;
  readonly label: string;
  /** A share of 1 is shown in points. */
  readonly unit: 'points' | 'nats' | '';
  /** Which way is better; absent where nobody has said. */
  readonly better?: 'higher' | 'lower';
}

/** Accuracy, and how closely a student follows the converged teacher on held-out data. */
export const ENDPOINTS: readonly string[] = ['test/top1', 'test/kl', 'test/kl-t4', 'test/nll', 'test/agree1'];

const known: readonly (readonly [pattern: RegExp, info: Omit<MetricInfo, 'name'>])[] = [
  [/^top1$/, { label: 'accuracy', unit: 'points', better: 'higher' }],
  [/^top\d+$/, { label: 'label among the first k', unit: 'points', better: 'higher' }],
  [/^agree1$/, { label: 'agreement with the converged teacher', unit: 'points', better: 'higher' }],
  [/^agree\d+$/, { label: "teacher's class among the first k", unit: 'points', better: 'higher' }],
  [/^kl$/, { label: 'KL(converged teacher ‖ student)', unit: 'nats', better: 'lower' }],
  [/^kl-t/, { label: 'KL(converged teacher ‖ student), softened', unit: 'nats', better: 'lower' }],
  [/^nll$/, { label: 'negative log-likelihood of the labels', unit: 'nats', better: 'lower' }],
  [/^ece$/, { label: 'calibration error', unit: 'points', better: 'lower' }],
  [/^brier$/, { label: 'Brier score', unit: '', better: 'lower' }],
];

export function metricInfo(name: string): MetricInfo {
  const short = name.slice(name.indexOf('/') + 1);
  const [, info] = known.find(([pattern]) => pattern.test(short)) ?? [
    undefined,
    { label: short, unit: '' as const },
  ];
  return { name, ...info };
}

/** In the unit that is shown: shares in points. */
export function shown(value: number, { unit }: MetricInfo): number {
  return unit === 'points' ? value * 100 : value;
}

/** Digits after the point that mean something for a few seeds. */
export function digitsOf({ unit }: MetricInfo): number {
  return unit === 'points' ? 2 : 4;
}
