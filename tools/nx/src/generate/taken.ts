import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';

/** Names that the templates of a folder import or declare at their top: a plugin's value cannot have them. */
export function takenNames(folder: string): ReadonlySet<string> {
  const sources = readdirSync(folder).filter((name) => name.endsWith('.ts.template'));
  return new Set(sources.flatMap((name) => namesOf(readFileSync(join(folder, name), 'utf8'))));
}

function namesOf(template: string): string[] {
  // Whatever comes from the id begins with a letter that no id can give.
  const text = template.replace(/<%= \w+ %>/g, '$');
  const file = ts.createSourceFile('template.ts', text, ts.ScriptTarget.Latest, true);
  return file.statements.flatMap((statement): string[] => {
    if (ts.isImportDeclaration(statement)) return importedBy(statement);
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.map(({ name }) => name.getText());
    const named = ts.isFunctionDeclaration(statement) || ts.isInterfaceDeclaration(statement);
    return named && statement.name !== undefined ? [statement.name.text] : [];
  });
}

function importedBy({ importClause }: ts.ImportDeclaration): string[] {
  const bindings = importClause?.namedBindings;
  if (bindings === undefined) return [];
  return ts.isNamespaceImport(bindings)
    ? [bindings.name.text]
    : bindings.elements.map(({ name }) => name.text);
}
