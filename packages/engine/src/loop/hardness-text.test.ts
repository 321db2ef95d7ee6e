import { expect, test } from 'vitest';
import { hardnessText } from './hardness-text.ts';

const numbers = { candidates: [4, 8, 12], hardness: [0.41, 0.0312, 0.784] };

test('hardness of the anchor left and of the one chosen', () => {
  expect(hardnessText({ numbers }, [4], [12])).toBe('   H 0.41 → 0.78');
  expect(hardnessText({ numbers }, [], [8])).toBe('   H 0.031');
  expect(hardnessText({ numbers }, [4], [4, 12])).toBe('   H 0.41 → 0.60');
});

test('nothing where the policy did not look', () => {
  expect(hardnessText({ numbers: { slots: 2 } }, [4], [12])).toBe('');
  expect(hardnessText({ numbers }, [4], [16])).toBe('');
});
