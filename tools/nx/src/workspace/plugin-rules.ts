/** What every folder `plugins/<kind>/<id>` has to have. Reads texts alone: nothing of a plugin is executed. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isPluginKind, type PluginKind } from '@cairn/core';
import { camelCase } from '../generate/names.ts';
import { importsOf } from './imports.ts';

const SUITES: Readonly<Record<PluginKind, string>> = {
  'anchor-policy': 'testAnchorPolicy',
  augmentation: 'testAugmentation',
  curriculum: 'testCurriculum',
  dataset: 'testDataset',
  evaluator: 'testEvaluator',
  launcher: 'testLauncher',
  loss: 'testDistillLoss',
  model: 'testModel',
  'route-recorder': 'testRouteRecorder',
};
/** Sections of a method card, as a heading or in bold at the start of a paragraph. */
const SECTIONS = ['What', 'Options', 'When it helps', 'Interactions', 'Paper'];

interface Manifest {
  readonly name?: string;
  readonly exports?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly nx?: { readonly tags?: readonly string[] };
}

interface Folder {
  readonly root: string;
  readonly kind: string;
  readonly id: string;
}

/** Everything that is wrong, a line each: `plugins/loss/kd: …`. */
export function pluginOffences(root: string): readonly string[] {
  const kinds = foldersIn(join(root, 'plugins'));
  const plugins = kinds.flatMap((kind) =>
    foldersIn(join(root, 'plugins', kind)).map((id) => ({ root, kind, id })),
  );
  return plugins.flatMap((plugin) => {
    const where = `plugins/${plugin.kind}/${plugin.id}`;
    const found = [
      ...identity(plugin),
      ...card(plugin),
      ...suite(plugin),
      ...dependencies(plugin),
      ...listing(plugin),
    ];
    return found.map((what) => `${where}: ${what}`);
  });
}

function identity({ root, kind, id }: Folder): string[] {
  const { name, exports: entry, nx } = manifestOf(root, `plugins/${kind}/${id}`);
  const index = textOf(root, 'plugins', kind, id, 'index.ts');
  return unless({
    [`no plugin has the kind ${kind}`]: isPluginKind(kind),
    'id: lower-case words joined by hyphens': /^[a-z][a-z0-9-]*$/.test(id),
    [`package.json: name is ${name}, not @cairn/${kind}-${id}`]: name === `@cairn/${kind}-${id}`,
    'package.json: exports is not { ".": "./index.ts" }': entry?.['.'] === './index.ts',
    [`package.json: nx.tags are not type:plugin and kind:${kind}`]:
      nx?.tags?.join() === `type:plugin,kind:${kind}`,
    [`index.ts: no definePlugin with kind '${kind}' and id '${id}'`]:
      index.includes(`kind: '${kind}'`) && index.includes(`id: '${id}'`),
    [`index.ts: exports no ${camelCase(id)}`]: index.includes(
      `export const ${camelCase(id)} = definePlugin(`,
    ),
  });
}

function card({ root, kind, id }: Folder): string[] {
  const text = textOf(root, 'plugins', kind, id, 'README.md');
  if (text === '') return ['no README.md'];
  return SECTIONS.filter((section) => !new RegExp(`^(#+ |\\*\\*)${section}`, 'm').test(text)).map(
    (section) => `README.md: no section "${section}"`,
  );
}

function suite({ root, kind, id }: Folder): string[] {
  const name = isPluginKind(kind) ? SUITES[kind] : 'test…';
  const called = textOf(root, 'plugins', kind, id, `${id}.test.ts`).includes(`${name}(`);
  return called ? [] : [`${id}.test.ts does not call ${name}`];
}

function dependencies({ root, kind, id }: Folder): string[] {
  const folder = join(root, 'plugins', kind, id);
  const manifest = manifestOf(root, `plugins/${kind}/${id}`);
  const [declared, forTests] = [manifest.dependencies, manifest.devDependencies].map((d) =>
    Object.keys(d ?? {}),
  );
  const { sources, tests } = importsOf(folder);
  const only = (these: Iterable<string>, ...others: readonly Iterable<string>[]) => {
    const known = new Set(others.flatMap((other) => [...other]));
    return [...these].filter((name) => !known.has(name)).sort();
  };
  return [
    ...only(sources, declared ?? []).map((name) => `imports ${name} without declaring it`),
    ...only(declared ?? [], sources).map((name) => `declares ${name} without importing it`),
    ...only(tests, declared ?? [], forTests ?? []).map(
      (name) => `its tests import ${name} without declaring it`,
    ),
    ...only(forTests ?? [], tests).map((name) => `declares ${name} for tests that do not import it`),
  ];
}

function listing({ root, kind, id }: Folder): string[] {
  const name = `@cairn/${kind}-${id}`;
  const catalogue = textOf(root, 'experiments', 'plugins.ts');
  const local = new RegExp(`import \\{ (?:\\w+ as )?(\\w+) \\} from '${name}';`).exec(catalogue)?.[1];
  return unless({
    'experiments/plugins.ts has no line for it':
      local !== undefined && new RegExp(`^  ${local},$`, 'm').test(catalogue),
    'experiments/package.json does not depend on it':
      manifestOf(root, 'experiments').dependencies?.[name] !== undefined,
  });
}

function unless(rules: Readonly<Record<string, boolean>>): string[] {
  return Object.keys(rules).filter((rule) => rules[rule] !== true);
}

function foldersIn(path: string): string[] {
  const entries = readdirSync(path, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
    .map(({ name }) => name)
    .sort();
}

/** Empty where there is no such file. */
function textOf(...path: readonly string[]): string {
  const file = join(...path);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function manifestOf(root: string, folder: string): Manifest {
  return JSON.parse(textOf(root, folder, 'package.json') || '{}') as Manifest;
}
