/** The wide build under V8's flag: it loads, shares the narrow build's numerics, and says what it is. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { activateWasm } from './index.ts';
import { standaloneKernels } from './standalone.ts';
import { noWideBuild } from './wide.ts';
import { trialResults } from './wide-trials.ts';

const run = promisify(execFile);

/** In a process of its own: the flag holds for all that a process compiles. */
const script = `
const { wasmBackend } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)});
const wide = await wasmBackend({ wide: true }).activate();
const narrow = await wasmBackend({ wide: false }).activate();
console.log(JSON.stringify({ wide, narrow }));
process.exit(0);
`;

test.runIf(process.arch === 'x64' && Number.parseInt(process.versions.v8, 10) >= 13)(
  'the wide build shares the numerics of the narrow one',
  async () => {
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script]);
    const { wide, narrow } = JSON.parse(stdout.slice(stdout.indexOf('{"'))) as Record<
      string,
      { numerics: string; device: string }
    >;
    expect(wide?.numerics).toBe(narrow?.numerics);
    expect(wide?.device).toBe(`${narrow?.device ?? ''}, 256 bits`);
  },
);

test('a build without fused multiply-add has no wide form', async () => {
  await expect(activateWasm({ build: 'simd', wide: true })).rejects.toThrow(noWideBuild('simd'));
  expect(noWideBuild('simd')).toMatchInlineSnapshot(
    `[BackendError: wide: got the build 'simd', which has no wide form]`,
  );
});

test('trials differ from build to build, so equal bits mean something', async () => {
  const results = await Promise.all(
    (['fma', 'fma-wide', 'simd'] as const).map(async (build) =>
      trialResults((await standaloneKernels(build, 4)).winograd),
    ),
  );
  const [fma, wide, simd] = results;
  expect(wide).toEqual(fma);
  simd?.forEach((values, trial) => expect(values).not.toEqual(fma?.[trial]));
});
