import type { RunEnvironment, StepPart } from './types.ts';

/** Does a part of a step, and tells how long it took where somebody wants to know. */
export async function timed<T>(
  { timed: tell }: Pick<RunEnvironment, 'timed'>,
  part: StepPart,
  action: () => T | Promise<T>,
): Promise<T> {
  if (tell === undefined) return action();
  const start = performance.now();
  const result = await action();
  tell(part, start, performance.now());
  return result;
}
