import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { pluginOffences } from './plugin-rules.ts';

const workspace = fileURLToPath(new URL('../../../../', import.meta.url));

test('every plugin has its card, its suite, its line, its dependencies and its name', () => {
  expect(pluginOffences(workspace)).toEqual([]);
});

/** A workspace with one good plugin, `final`. */
function small(): {
  readonly root: string;
  readonly change: (file: string, by: (text: string) => string) => void;
} {
  const root = mkdtempSync(join(tmpdir(), 'cairn-rules-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const folder = 'plugins/anchor-policy/final';
  cpSync(join(workspace, folder), join(root, folder), { recursive: true });
  mkdirSync(join(root, 'experiments'));
  const name = '@cairn/anchor-policy-final';
  const catalogue = `import { final } from '${name}';\n\nexport const plugins = [\n  final,\n];\n`;
  writeFileSync(join(root, 'experiments/plugins.ts'), catalogue);
  writeFileSync(join(root, 'experiments/package.json'), JSON.stringify({ dependencies: { [name]: '*' } }));
  const change = (file: string, by: (text: string) => string) =>
    writeFileSync(join(root, file), by(readFileSync(join(root, file), 'utf8')));
  return { root, change };
}

test('one good plugin has no offence', () => {
  expect(pluginOffences(small().root)).toEqual([]);
});

test('all that can be wrong, in one list', () => {
  const { root, change } = small();
  const folder = 'plugins/anchor-policy/final';
  change(`${folder}/README.md`, (text) => text.replace('## Interactions', '## Remarks'));
  change(`${folder}/final.test.ts`, (text) => text.replaceAll('testAnchorPolicy(', 'testNothing('));
  change(`${folder}/final.ts`, (text) => `import 'lodash';\n${text}`);
  change(`${folder}/index.ts`, (text) =>
    text.replace('const final', 'const last').replace("id: 'final'", "id: 'last'"),
  );
  change(`${folder}/package.json`, (text) =>
    text
      .replace('anchor-policy-final', 'final')
      .replace('kind:anchor-policy', 'kind:loss')
      .replace('"zod"', '"zed"'),
  );
  change('experiments/plugins.ts', (text) => text.replace('  final,\n', ''));
  change('experiments/package.json', () => '{}');
  mkdirSync(join(root, 'plugins/policy/Odd'), { recursive: true });
  expect(pluginOffences(root).join('\n')).toMatchInlineSnapshot(`
    "plugins/anchor-policy/final: package.json: name is @cairn/final, not @cairn/anchor-policy-final
    plugins/anchor-policy/final: package.json: nx.tags are not type:plugin and kind:anchor-policy
    plugins/anchor-policy/final: index.ts: no definePlugin with kind 'anchor-policy' and id 'final'
    plugins/anchor-policy/final: index.ts: exports no final
    plugins/anchor-policy/final: README.md: no section "Interactions"
    plugins/anchor-policy/final: final.test.ts does not call testAnchorPolicy
    plugins/anchor-policy/final: imports lodash without declaring it
    plugins/anchor-policy/final: imports zod without declaring it
    plugins/anchor-policy/final: declares zed without importing it
    plugins/anchor-policy/final: experiments/plugins.ts has no line for it
    plugins/anchor-policy/final: experiments/package.json does not depend on it
    plugins/policy/Odd: no plugin has the kind policy
    plugins/policy/Odd: id: lower-case words joined by hyphens
    plugins/policy/Odd: package.json: name is undefined, not @cairn/policy-Odd
    plugins/policy/Odd: package.json: exports is not { ".": "./index.ts" }
    plugins/policy/Odd: package.json: nx.tags are not type:plugin and kind:policy
    plugins/policy/Odd: index.ts: no definePlugin with kind 'policy' and id 'Odd'
    plugins/policy/Odd: index.ts: exports no Odd
    plugins/policy/Odd: no README.md
    plugins/policy/Odd: Odd.test.ts does not call test…
    plugins/policy/Odd: experiments/plugins.ts has no line for it
    plugins/policy/Odd: experiments/package.json does not depend on it"
  `);
});
