/** `doctor --tune`: what it measures is kept, and used by what computes afterwards. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cairn, temporaryFolder } from './cairn-process.ts';

test('the ways of a backend are timed once, and the fastest is kept', { timeout: 120_000 }, async () => {
  const home = temporaryFolder();
  const before = await cairn(home, ['doctor']);
  expect(before.out).toMatch(
    /^absent +tune wasm +not measured here which is faster: narrow, wide\n +npx cairn doctor --tune$/m,
  );
  const { code, out } = await cairn(home, ['doctor', '--tune']);
  expect(code).toBe(0);
  expect(out).toMatch(
    /^ok +tune wasm +narrow [\d.]+ ms.*: studies here use (narrow|wide), with the same results/m,
  );
  expect((await cairn(home, ['doctor'])).out).not.toContain('tune wasm');
  const { measured } = JSON.parse(readFileSync(join(home, 'tuned.json'), 'utf8')) as {
    measured: { wasm: { narrow: number } };
  };
  expect(measured.wasm.narrow).toBeGreaterThan(0);
});

test(
  'a long study says that nothing was measured here, a short one does not',
  { timeout: 60_000 },
  async () => {
    const plan = (...options: string[]) =>
      cairn(temporaryFolder(), ['run', 'quickstart', '--plan', ...options]);
    const long = await plan('--student.training.epochs=5000');
    expect(long.out).toMatch(/^ +kernels not tuned: "npx cairn doctor --tune"/m);
    expect((await plan()).out).not.toContain('not tuned');
  },
);

test('a way that a backend does not have is refused', { timeout: 60_000 }, async () => {
  const { code, err } = await cairn(temporaryFolder(), ['pace', 'wasm', 'sideways']);
  expect(code).toBe(1);
  expect(err).toMatchInlineSnapshot(`
    "error CAIRN_BACKEND_WAY  way: got "sideways"
      narrow or wide
    "
  `);
});
