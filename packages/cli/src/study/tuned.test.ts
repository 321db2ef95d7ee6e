import { MemoryStore } from '@cairn/core';
import { expect, test } from 'vitest';
import { fastest, tunedWay, writeTuned } from './tuned.ts';

test('the fastest way that was measured here', async () => {
  const home = new MemoryStore();
  expect(await tunedWay(home, 'wasm')).toBeUndefined();
  await writeTuned(home, { wasm: { narrow: 12, wide: 8 } });
  expect(await tunedWay(home, 'wasm')).toBe('wide');
  expect(await tunedWay(home, 'other')).toBeUndefined();
  expect(fastest({})).toBeUndefined();
});

test('what was measured elsewhere, or is damaged, says nothing', async () => {
  const home = new MemoryStore();
  await writeTuned(home, { wasm: { wide: 8 } });
  const text = new TextDecoder().decode(await home.read('tuned.json'));
  const elsewhere = text.replace(/"v8": "[^"]*"/, '"v8": "1.2"');
  expect(elsewhere).not.toBe(text);
  for (const other of [elsewhere, text.slice(0, 20), '{}']) {
    await home.write('tuned.json', new TextEncoder().encode(other));
    expect(await tunedWay(home, 'wasm')).toBeUndefined();
  }
});
