import { expect, test } from 'vitest';
import { addToCatalogue } from './catalogue.ts';

const before = `/** The catalogue. */
import { final } from '@cairn/anchor-policy-final';
import { kd } from '@cairn/loss-kd';

export const plugins = [
  final,
  kd,
];
`;
const add = (from: string, name: string, otherwise = 'other') =>
  addToCatalogue(before, { from: `@cairn/${from}`, name, otherwise });

test('import and entry stand in their order, each in its own', () => {
  expect(add('anchor-policy-nearest', 'nearest')).toMatchInlineSnapshot(`
    "/** The catalogue. */
    import { final } from '@cairn/anchor-policy-final';
    import { nearest } from '@cairn/anchor-policy-nearest';
    import { kd } from '@cairn/loss-kd';

    export const plugins = [
      final,
      kd,
    nearest,
    ];
    "
  `);
});

test('before the first and after the last', () => {
  const first = add('anchor-policy-early', 'early');
  expect(first).toContain(
    "/** The catalogue. */\nimport { early } from '@cairn/anchor-policy-early';\nimport",
  );
  expect(first).toMatch(/\[\s*early,\s*final,\s*kd,\s*\]/);
  const last = add('model-resnet', 'resnet');
  expect(last).toContain("from '@cairn/loss-kd';\nimport { resnet } from '@cairn/model-resnet';\n");
  expect(last).toMatch(/\[\s*final,\s*kd,\s*resnet,\s*\]/);
});

test('a name that another kind has becomes one of its own', () => {
  const text = add('anchor-policy-kd', 'kd', 'kdAnchorPolicy');
  expect(text).toContain("import { kd as kdAnchorPolicy } from '@cairn/anchor-policy-kd';");
  expect(text).toMatch(/\[\s*final,\s*kd,\s*kdAnchorPolicy,\s*\]/);
  expect(add('loss-plugins', 'plugins', 'pluginsLoss')).toContain('import { plugins as pluginsLoss }');
});

test('a list on one line, without a comma at its end', () => {
  const text = "import { b } from 'b';\nexport const plugins: readonly Plugin[] = [b];";
  expect(addToCatalogue(text, { from: 'c', name: 'c', otherwise: 'd' })).toMatch(/\[b,\s*c\];$/);
});

test('a package that is there, and a file without a list, are refused', () => {
  expect(() => add('loss-kd', 'kd')).toThrowErrorMatchingInlineSnapshot(
    `[PluginError: experiments/plugins.ts: it has @cairn/loss-kd already]`,
  );
  expect(() =>
    addToCatalogue('', { from: 'c', name: 'c', otherwise: 'd' }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[PluginError: experiments/plugins.ts: it has no list "export const plugins = […]"]`,
  );
});
