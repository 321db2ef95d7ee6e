import { inSteps, type Clock, type Schedule } from '@cairn/core';

/**
 * The factor on the learning rate for the update after `done` updates of a span.
 * Milestones given as fractions are fractions of the span.
 * @param done updates since the schedule started, 0…span.total − 1
 * @returns 0…1 (above 1 only for a step factor above 1)
 */
export function rateFactor(schedule: Schedule, done: number, span: Clock): number {
  const warm = inSteps(schedule.warmup, span);
  if (done < warm) return (done + 1) / warm;
  const total = Math.max(1, span.total - warm);
  const at = done - warm;
  switch (schedule.name) {
    case 'constant':
      return 1;
    case 'step':
      return schedule.factor ** schedule.at.filter((t) => done >= inSteps(t, span)).length;
    case 'cosine':
      return cosine(Math.min(1, at / total), schedule.floor);
    case 'warm-restarts': {
      let period = Math.max(1, inSteps(schedule.period, span));
      let start = 0;
      while (at >= start + period) {
        start += period;
        period = Math.max(1, Math.round(period * schedule.growth));
      }
      return cosine((at - start) / period, schedule.floor);
    }
  }
}

function cosine(progress: number, floor: number): number {
  return floor + ((1 - floor) * (1 + Math.cos(Math.PI * progress))) / 2;
}
