/** Makes a plugin: five small files that pass every check as they are, and its line in the catalogue. */
import { fileURLToPath } from 'node:url';
import { PluginError, type PluginKind } from '@cairn/core';
import { formatFiles, generateFiles, updateJson, type GeneratorCallback, type Tree } from '@nx/devkit';
import { addToCatalogue } from './catalogue.ts';
import { linkPackage } from './link.ts';
import { camelCase, checkId, pascalCase } from './names.ts';
import { takenNames } from './taken.ts';

export interface PluginOptions {
  readonly id: string;
}

const CATALOGUE = 'experiments/plugins.ts';

/**
 * Writes a plugin into a tree. The callback makes the package known to the workspace.
 * @throws CAIRN_PLUGIN_ID, CAIRN_PLUGIN_EXISTS, CAIRN_PLUGIN_CATALOGUE
 */
export async function addPlugin(tree: Tree, kind: PluginKind, id: string): Promise<GeneratorCallback> {
  const templates = fileURLToPath(new URL(`files/${kind}`, import.meta.url));
  checkId(kind, id, takenNames(templates));
  const folder = `plugins/${kind}/${id}`;
  if (tree.exists(folder)) {
    throw new PluginError('CAIRN_PLUGIN_EXISTS', `${kind} "${id}" exists: ${folder}`, {
      fix: ['another id', `or remove ${folder}, its line in ${CATALOGUE} and in experiments/package.json`],
    });
  }
  const name = camelCase(id);
  const packageName = `@cairn/${kind}-${id}`;
  const line = { from: packageName, name, otherwise: `${name}${pascalCase(kind)}` };
  const catalogue = addToCatalogue(tree.read(CATALOGUE, 'utf8') ?? '', line);
  generateFiles(tree, templates, folder, { id, name, type: pascalCase(id) });
  tree.write(CATALOGUE, catalogue);
  updateJson(tree, 'experiments/package.json', (json: { dependencies?: Record<string, string> }) => ({
    ...json,
    dependencies: sorted({ ...json.dependencies, [packageName]: '*' }),
  }));
  await formatFiles(tree);
  return () => {
    const left = linkPackage(tree.root, packageName, folder);
    if (left !== undefined) console.log(left);
    console.log(`next: ${folder}/${id}.ts, then npx nx test ${kind}-${id}`);
  };
}

function sorted(dependencies: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(dependencies).sort(([a], [b]) => (a < b ? -1 : 1)));
}
