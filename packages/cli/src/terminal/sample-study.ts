/** A study in the middle of its work, for tests: events with the second at which each comes. */
import type { StudyEvent } from './events.ts';
import { nothingYet, type ProgressState, reduce } from './progress.ts';

type Timed = readonly [second: number, event: StudyEvent];

export const queue: readonly StudyEvent[] = [
  { type: 'queued', run: 'route-t0', kind: 'route', label: 'teacher s0', images: 48_000 },
  { type: 'queued', run: 'kd-s0', kind: 'run', label: 'kd s0', images: 48_000 },
  { type: 'queued', run: 'rco-s2', kind: 'run', label: 'rco-greedy s2', images: 192_000 },
  { type: 'queued', run: 'long-s1', kind: 'run', label: 'kd-long s1', images: 192_000 },
  { type: 'queued', run: 'long-s2', kind: 'run', label: 'kd-long s2', images: 192_000 },
];

export function progressOf(run: string, images: number, speed = 1000): StudyEvent {
  const stage = run.startsWith('rco')
    ? { stage: Math.floor(images / 48_000) + 1, stages: 4 }
    : { stage: 1, stages: 1 };
  const epochs = run.startsWith('rco') ? 12 : 48;
  const epoch = (Math.floor(images / 4000) % epochs) + 1;
  return {
    type: 'progress',
    run,
    ...stage,
    epoch,
    epochs,
    images,
    imagesTotal: 192_000,
    imagesPerSecond: speed,
  };
}

const story: readonly Timed[] = [
  ...queue.map((event): Timed => [0, event]),
  [0, { type: 'reused', run: 'route-t0', text: 'val 81.3 %   12 anchors kept' }],
  [0, { type: 'reused', run: 'kd-s0', text: 'val 66.0 %' }],
  [1, { type: 'started', run: 'rco-s2' }],
  [1, { type: 'started', run: 'long-s1' }],
  [10, progressOf('rco-s2', 100_000)],
  [10, progressOf('long-s1', 60_000)],
  [20, progressOf('rco-s2', 112_400)],
  [20, progressOf('long-s1', 69_000)],
];

/** Second 20 of the study: two runs under way, two reused, one waiting. */
export const midway: ProgressState = after(story);

export function after(events: readonly Timed[], state: ProgressState = nothingYet): ProgressState {
  return events.reduce((s, [second, event]) => reduce(s, event, second * 1000), state);
}
