/** What a plugin's id becomes in its files, and which ids there can be. */
import { PluginError, type PluginKind } from '@cairn/core';
import * as ts from 'typescript';

/** Words that a strict module reserves beside those that the scanner knows. */
const RESERVED = ['arguments', 'await', 'eval', 'undefined'];

/** `equal-epochs` as a value: `equalEpochs`. */
export function camelCase(id: string): string {
  return id.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** `equal-epochs` as a type: `EqualEpochs`. */
export function pascalCase(id: string): string {
  return camelCase(`-${id}`);
}

/**
 * Refuses what cannot be an id. Stricter than `definePlugin`: the id must give a name in TypeScript too.
 * @param taken names that the plugin's files use for something else
 * @throws CAIRN_PLUGIN_ID with the nearest id that can be
 */
export function checkId(kind: PluginKind, id: string, taken: ReadonlySet<string>): void {
  const nearest = nearestId(id);
  if (nearest !== id) {
    const rule = 'lower-case words joined by hyphens, starting with a letter';
    throw refused(kind, id, nearest === undefined ? rule : `"${nearest}"? ${rule}`);
  }
  const name = camelCase(id);
  if (isReserved(name) || taken.has(name)) {
    throw refused(kind, id, `"${name}" has a meaning of its own in the files; "${id}-${lastWord(kind)}"?`);
  }
}

function refused(kind: PluginKind, id: string, fix: string): PluginError {
  return new PluginError('CAIRN_PLUGIN_ID', `${kind} id: got ${JSON.stringify(id)}`, { fix });
}

/** `My Policy`, `MyPolicy` and `my_policy` as `my-policy`; undefined where nothing is left. */
export function nearestId(text: string): string | undefined {
  const words = text
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '');
  return words === '' ? undefined : words;
}

function isReserved(word: string): boolean {
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, true, ts.LanguageVariant.Standard, word);
  const token = scanner.scan();
  if (RESERVED.includes(word)) return true;
  return token >= ts.SyntaxKind.FirstReservedWord && token <= ts.SyntaxKind.LastFutureReservedWord;
}

function lastWord(kind: PluginKind): string {
  return kind.split('-').at(-1) ?? kind;
}
