/**
 * What a reported state says of each test image. Metrics are means over images; whether another test set might have
 * said otherwise can only be asked of the images themselves.
 */
import {
  classRank,
  RunError,
  topClass,
  type HostTensor,
  type HostTensors,
} from '@cairn/core';
import { openSealed, seal } from '@cairn/route';

/** Classes per image, in the order of the test split. */
export interface TestOutcomes {
  /** Class with the highest logit; −1 where a logit is not a number. */
  readonly predicted: Int32Array;
  readonly labels: Int32Array;
  /** What the converged teacher says, where the run has one. */
  readonly teacher?: Int32Array;
}

/** Classes by `top-k`'s rule: a row with a logit that is not a number is of no class, so it is never right. */
export function classesOf(logits: Float32Array, classes: number): Int32Array {
  return Int32Array.from({ length: logits.length / classes }, (_, row) => {
    const own = logits.subarray(row * classes, (row + 1) * classes);
    const top = topClass(own);
    return classRank(own, top) === 0 ? top : -1;
  });
}

/** A sealed safetensors file: int32 `predicted`, `labels` and, where there is one, `teacher`. */
export function writeOutcomes(outcomes: TestOutcomes): Promise<Uint8Array> {
  const tensors: Record<string, HostTensor> = {};
  for (const [name, data] of Object.entries(outcomes) as [string, Int32Array][]) {
    tensors[name] = { dtype: 'int32', shape: [data.length], data };
  }
  return seal(tensors, {});
}

/**
 * Reads what `writeOutcomes` wrote.
 * @param file its name, for messages
 * @throws CAIRN_CHECKPOINT_DAMAGED
 */
export async function readOutcomes(bytes: Uint8Array, file: string): Promise<TestOutcomes> {
  const { tensors } = await openSealed(bytes, file);
  const [predicted, labels] = [classesIn(tensors, 'predicted'), classesIn(tensors, 'labels')];
  if (predicted === undefined || labels?.length !== predicted.length) {
    throw new RunError('CAIRN_CHECKPOINT_DAMAGED', `${file} holds no predictions`, {
      fix: 'restore it from a copy, or train the run again: cairn run <study> --fresh',
    });
  }
  const teacher = classesIn(tensors, 'teacher');
  return { predicted, labels, ...(teacher === undefined ? {} : { teacher }) };
}

function classesIn(tensors: HostTensors, name: string): Int32Array | undefined {
  const tensor = tensors[name];
  return tensor?.dtype === 'int32' ? tensor.data : undefined;
}
