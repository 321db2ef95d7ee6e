/**
 * The profile names of a study, read from its text: nothing of the study is executed, so that `nx` stays quick
 * and a study that does not compile still has its target.
 */
import * as ts from 'typescript';

/**
 * Keys of `profiles: { … }` in the call of `defineStudy`; spreads and computed names are left out. Before them
 * `default`, the study as it stands, unless the study names another `defaultProfile`.
 */
export function profileNames(source: string): string[] {
  const file = ts.createSourceFile('experiment.ts', source, ts.ScriptTarget.Latest, true);
  const study = find(file, (node) => (isStudyCall(node) ? node : undefined));
  const declared = resolve(file, study?.arguments[0]);
  const profiles = resolve(file, property(declared, 'profiles'))?.properties.flatMap(keyOf) ?? [];
  const itself = property(declared, 'defaultProfile') === undefined ? ['default'] : [];
  return [...new Set([...itself, ...profiles])];
}

function isStudyCall(node: ts.Node): node is ts.CallExpression {
  return (
    ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'defineStudy'
  );
}

function property(object: ts.ObjectLiteralExpression | undefined, key: string): ts.Expression | undefined {
  const found = object?.properties.find((p) => keyOf(p)[0] === key);
  if (found === undefined) return undefined;
  if (ts.isPropertyAssignment(found)) return found.initializer;
  return ts.isShorthandPropertyAssignment(found) ? found.name : undefined;
}

/** Looks through `as const`, `satisfies`, brackets, and a constant of the same file. */
function resolve(
  file: ts.SourceFile,
  value: ts.Expression | undefined,
): ts.ObjectLiteralExpression | undefined {
  if (value === undefined || ts.isObjectLiteralExpression(value)) return value;
  if (ts.isAsExpression(value) || ts.isSatisfiesExpression(value) || ts.isParenthesizedExpression(value))
    return resolve(file, value.expression);
  if (!ts.isIdentifier(value)) return undefined;
  const declaration = find(file, (node) =>
    ts.isVariableDeclaration(node) && node.name.getText() === value.text ? node : undefined,
  );
  return resolve(file, declaration?.initializer);
}

function keyOf(node: ts.ObjectLiteralElementLike): string[] {
  const name = node.name;
  return name !== undefined && (ts.isIdentifier(name) || ts.isStringLiteralLike(name)) ? [name.text] : [];
}

function find<T>(node: ts.Node, visit: (node: ts.Node) => T | undefined): T | undefined {
  return visit(node) ?? ts.forEachChild(node, (child) => find(child, visit));
}
