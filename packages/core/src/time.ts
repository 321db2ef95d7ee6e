/**
 * Time in a training run, typed: epochs, optimiser steps, or a fraction of a whole.
 * Written as data (`{ epochs: 12 }`), as text on the command line (`12ep`, `300st`, `0.5dur`), or as a plain
 * number of epochs where an option is a length.
 */
import { z } from 'zod';

export type Time = { readonly epochs: number } | { readonly steps: number } | { readonly fraction: number };

/** What a time is measured against. `total` (in steps) gives a fraction its meaning. */
export interface Clock {
  readonly stepsPerEpoch: number;
  readonly total: number;
}

const amount = z.number().nonnegative();

/** zod schema of a time option: `12`, `"12ep"`, `"300st"`, `"0.5dur"`, `{ epochs }`, `{ steps }`, `{ fraction }`. */
export const time = z
  .union([
    z.strictObject({ epochs: amount }),
    z.strictObject({ steps: amount.int() }),
    z.strictObject({ fraction: amount.max(1) }),
    amount.transform((epochs): Time => ({ epochs })),
    z
      .string()
      .regex(/^(\d+(\.\d+)?ep|\d+st|(0(\.\d+)?|1(\.0+)?)dur)$/, 'a time such as 12ep, 300st or 0.5dur')
      .transform((text) => parseTime(text)),
  ])
  .describe('a time: 12 or "12ep" (epochs), "300st" (steps), "0.5dur" (fraction)');

function parseTime(text: string): Time {
  const value = Number.parseFloat(text);
  if (text.endsWith('ep')) return { epochs: value };
  return text.endsWith('st') ? { steps: value } : { fraction: value };
}

/** The time as a whole number of optimiser steps (rounded). */
export function inSteps(t: Time, clock: Clock): number {
  if ('epochs' in t) return Math.round(t.epochs * clock.stepsPerEpoch);
  return 'steps' in t ? t.steps : Math.round(t.fraction * clock.total);
}

/** Shows a time as it is written on the command line. */
export function formatTime(t: Time): string {
  if ('epochs' in t) return `${t.epochs}ep`;
  return 'steps' in t ? `${t.steps}st` : `${t.fraction}dur`;
}
