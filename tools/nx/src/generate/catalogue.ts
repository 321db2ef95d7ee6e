/** Adds a plugin to the catalogue's text: an import and an entry, both in their order, all else as it stands. */
import { PluginError } from '@cairn/core';
import * as ts from 'typescript';

export interface CatalogueLine {
  /** Package that exports the plugin. */
  readonly from: string;
  /** Name under which it does. */
  readonly name: string;
  /** Name in the catalogue where `name` is another plugin's already. */
  readonly otherwise: string;
}

/** @throws CAIRN_PLUGIN_CATALOGUE where the text has no list `plugins`, or has the package already */
export function addToCatalogue(source: string, { from, name, otherwise }: CatalogueLine): string {
  const file = ts.createSourceFile('plugins.ts', source, ts.ScriptTarget.Latest, true);
  const imports = file.statements.filter((statement) => ts.isImportDeclaration(statement));
  const packages = imports.map(({ moduleSpecifier }) => (moduleSpecifier as ts.StringLiteral).text);
  const list = listOf(file);
  if (list === undefined || packages.includes(from)) {
    const what =
      list === undefined ? 'it has no list "export const plugins = […]"' : `it has ${from} already`;
    throw new PluginError('CAIRN_PLUGIN_CATALOGUE', `experiments/plugins.ts: ${what}`, {
      fix: 'the catalogue as it stands in the repository',
    });
  }
  const used = list.elements.map((element) => element.getText());
  const local = [...used, 'plugins'].includes(name) ? otherwise : name;
  const imported = local === name ? name : `${name} as ${local}`;
  // From the end on, so that the first place is still right.
  const listed = insert(source, list.elements, used, local, { text: local, separator: ',' });
  const text = `import { ${imported} } from '${from}';`;
  return insert(listed, imports, packages, from, { text, separator: '' });
}

/** Puts a line before the first whose key comes later in the alphabet, else after the last. */
function insert(
  source: string,
  nodes: readonly ts.Node[],
  keys: readonly string[],
  key: string,
  { text, separator }: { readonly text: string; readonly separator: string },
): string {
  const next = nodes[keys.findIndex((other) => other.toLowerCase() > key.toLowerCase())];
  const at = next?.getStart() ?? nodes.at(-1)?.getEnd() ?? 0;
  const added = next === undefined ? `${separator}\n${text}` : `${text}${separator}\n`;
  return source.slice(0, at) + added + source.slice(at);
}

function listOf(file: ts.SourceFile): ts.ArrayLiteralExpression | undefined {
  const declarations = file.statements
    .filter((statement) => ts.isVariableStatement(statement))
    .flatMap((statement) => [...statement.declarationList.declarations]);
  const found = declarations.find((declaration) => declaration.name.getText() === 'plugins')?.initializer;
  return found !== undefined && ts.isArrayLiteralExpression(found) && found.elements.length > 0
    ? found
    : undefined;
}
