/** How long a curriculum's stages are: its own numbers, or those of another condition's run. */
import { z } from 'zod';
import { RunError } from '../errors.ts';

/** As long as a condition's run with the same seeds, which is trained first. */
export const likeCondition = z.strictObject({ as: z.string() }).describe('{ "as": "<condition>" }');
export type LikeCondition = z.output<typeof likeCondition>;

export interface StageLengths {
  /** Epochs of a stage; with `as` all stages together. @default the training's own */
  readonly epochs?: number | LikeCondition | undefined;
  /** Stages; with `as` the very stages of that run. @default 1 */
  readonly restarts?: number | LikeCondition | undefined;
}

/** The conditions that lengths are copied from. */
export function copiedConditions({ epochs, restarts }: StageLengths): readonly string[] {
  return [epochs, restarts].flatMap((o) => (typeof o === 'object' ? [o.as] : []));
}

/**
 * Epochs of each stage.
 * @param owner id of the curriculum, for the message
 * @param own the training's own epochs
 * @param epochsOf stages of a condition's run, in epochs
 * @throws CAIRN_RUN_ABSENT where the condition that is copied has no stages
 */
export function stageLengths(
  { epochs, restarts = 1 }: StageLengths,
  owner: string,
  own: number,
  epochsOf: (condition: string) => readonly number[],
): readonly number[] {
  const copied = ({ as }: LikeCondition): readonly number[] => {
    const lengths = epochsOf(as);
    if (lengths.length > 0) return lengths;
    throw new RunError('CAIRN_RUN_ABSENT', `curriculum "${owner}" copies "${as}", which has no stages`, {
      fix: `train condition "${as}" with the same seeds first`,
    });
  };
  if (typeof restarts === 'object') return copied(restarts);
  if (typeof epochs === 'object') return splitEpochs(sum(copied(epochs)), restarts);
  return Array.from({ length: restarts }, () => epochs ?? own);
}

/**
 * A length in equal parts: whole epochs, so that no rounding to steps changes the sum, unless there are more parts
 * than epochs. What is not whole belongs to the last.
 * @param parts at least 1
 * @returns epochs of each part, summing to `epochs`
 */
export function splitEpochs(epochs: number, parts: number): readonly number[] {
  if (epochs < parts) return Array.from({ length: parts }, () => epochs / parts);
  // The tolerance: finished stages are steps divided by steps per epoch.
  const endOf = (part: number): number =>
    part === parts ? epochs : Math.floor((part * epochs) / parts + 1e-9);
  return Array.from({ length: parts }, (_, i) => endOf(i + 1) - endOf(i));
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
