import { RunError } from '@cairn/core';
import { expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from './safetensors.ts';
import { openSealed, seal } from './sealed.ts';

const tensors = {
  'student/weights/fc.weight': { dtype: 'float32', shape: [2], data: Float32Array.of(1.5, -2) },
  'student/optimizer/momentum/fc.weight': { dtype: 'float32', shape: [2], data: Float32Array.of(0, NaN) },
} as const;
const state = { step: 3910, best: -Infinity, note: 'a "sha256":"x" line', nested: [{ loss: NaN }] };

async function refusal(bytes: Uint8Array): Promise<RunError> {
  const error: unknown = await openSealed(bytes, 'checkpoint/state').catch((e: unknown) => e);
  if (error instanceof RunError && error.code === 'CAIRN_CHECKPOINT_DAMAGED') return error;
  throw new Error(`not refused: ${String(error)}`);
}

test('a checkpoint opens to what was sealed, and is a plain safetensors file', async () => {
  const bytes = await seal(tensors, state);
  expect(await openSealed(bytes, 'c')).toEqual({ tensors, state });
  expect(await seal(tensors, state)).toEqual(bytes);
  expect(readSafetensors(bytes, 'c').tensors).toEqual(tensors);
  const buffer = Buffer.from(bytes);
  await openSealed(buffer, 'c');
  expect([...buffer]).toEqual([...bytes]);
});

test('any changed byte is found', async () => {
  const bytes = await seal(tensors, state);
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice();
    changed[at] = (changed[at] ?? 0) ^ 1;
    await refusal(changed);
  }
});

test('a cut file and a file without a seal are found', async () => {
  const bytes = await seal(tensors, state);
  for (let end = 0; end < bytes.length; end += 7) await refusal(bytes.subarray(0, end));
  const error = await refusal(bytes.subarray(0, 40));
  expect([error.message, ...error.fix].join('\n')).toMatchInlineSnapshot(`
    "checkpoint checkpoint/state: cut off: the header ends at byte 432, the file at 40
    restore the file from a copy
    or delete it: the same command then begins this run anew"
  `);
  expect((await refusal(writeSafetensors(tensors))).message).toMatchInlineSnapshot(
    `"checkpoint checkpoint/state: no sealed checkpoint"`,
  );
  const altered = bytes.slice();
  altered[altered.length - 1] = 0;
  expect((await refusal(altered)).message).toMatchInlineSnapshot(
    `"checkpoint checkpoint/state: expected SHA-256 4322157417cc17a2e81f39f8fea456e43ebda9755732813e319579043f37e702, found 4fa68372e0c5c8cc8fd0ae8a037b8e22565f9ee0a9428394bfc3d0bdfb8ed179"`,
  );
});
