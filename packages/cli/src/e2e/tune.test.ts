/** `doctor --tune`: what it measures is kept, and used by what computes afterwards. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cairn, temporaryFolder } from './cairn-process.ts';

test('the ways of a backend are timed once, and the fastest is kept', { timeout: 120_000 }, async () => {
  const home = temporaryFolder();
  const { code, out } = await cairn(home, ['doctor', '--tune']);
  expect(code).toBe(0);
  expect(out).toMatch(
    /^ok +tune wasm +narrow [\d.]+ ms.*: studies here use (narrow|wide), with the same results/m,
  );
  const { measured } = JSON.parse(readFileSync(join(home, 'tuned.json'), 'utf8')) as {
    measured: { wasm: { narrow: number } };
  };
  expect(measured.wasm.narrow).toBeGreaterThan(0);
});

test('a way that a backend does not have is refused', { timeout: 60_000 }, async () => {
  const { code, err } = await cairn(temporaryFolder(), ['pace', 'wasm', 'sideways']);
  expect(code).toBe(1);
  expect(err).toMatchInlineSnapshot(`
    "error CAIRN_BACKEND_WAY  way: got "sideways"
      narrow or wide
    "
  `);
});
