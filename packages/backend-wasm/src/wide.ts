/**
 * The wide build: tiles of 16 channels for V8's `--experimental-wasm-revectorize`, which joins neighbouring 128-bit
 * operations. About twice as fast where the processor has 256-bit vectors, with the bits of the narrow build, whose
 * numerics it shares. Asked for by hand or by a stored preference, never chosen by a stopwatch.
 */
import { setFlagsFromString } from 'node:v8';
import { BackendError } from '@cairn/core';
import type { Runtime } from './runtime.ts';
import { trialResults } from './wide-trials.ts';

/** The first V8 whose compiler for all of WebAssembly is the one that joins vectors. */
const firstV8 = 13;

/** Why this runtime cannot have wide vectors; undefined where it can, as far as its features tell. */
function lack(): string | undefined {
  const major = Number.parseInt(process.versions.v8, 10);
  if (process.arch !== 'x64') return `the processor is ${process.arch}, V8 joins vectors on x64`;
  if (!(major >= firstV8))
    return `V8 is ${process.versions.v8}, wide vectors need ${firstV8} or newer (Node 24)`;
  return undefined;
}

/**
 * Turns V8's experimental flag on, for everything that this process compiles from now on.
 * @throws CAIRN_BACKEND_WIDE
 */
export function allowWideVectors(): void {
  const reason = lack();
  if (reason !== undefined) throw wideError(`wide: ${reason}`);
  setFlagsFromString('--experimental-wasm-revectorize');
}

/**
 * Throws where the wide build's optimised code does not give the narrow one's bits.
 * @throws CAIRN_BACKEND_WIDE
 */
export function assertSameBits(narrow: Runtime, wide: Runtime): void {
  const expected = trialResults(narrow);
  setFlagsFromString('--no-liftoff');
  try {
    const results = trialResults(wide);
    const differs = results.findIndex((values, trial) =>
      values.some((value, i) => !Object.is(value, expected[trial]?.[i])),
    );
    if (differs >= 0) throw wideError(`wide: trial ${differs + 1} of ${results.length} gave other bits`);
  } finally {
    setFlagsFromString('--liftoff');
  }
}

/** The error of a build that has no wide form. */
export function noWideBuild(build: string): BackendError {
  return wideError(`wide: got the build '${build}', which has no wide form`);
}

function wideError(message: string): BackendError {
  return new BackendError('CAIRN_BACKEND_WIDE', message, {
    fix: 'leave out `wide`: results are the same without it',
  });
}
