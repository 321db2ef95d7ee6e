import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  describeOption,
  isPluginKind,
  knownKeys,
  optionPath,
  type PluginFactory,
  pluginKinds,
  type Registry,
  suggestion,
  UsageError,
} from '@cairn/core';
import { z } from 'zod';
import { pluginsSpec } from '../args/specs.ts';
import type { Command } from '../command.ts';
import { print, printJson } from '../output.ts';

/** `cairn plugins [kind | kind/id]` */
export const plugins: Command<typeof pluginsSpec.flags> = {
  spec: pluginsSpec,
  async execute({ arguments: [what], flags }, host) {
    const registry = await host.registry();
    const found = what === undefined ? registry.list() : select(registry, what);
    if (flags.json !== undefined) await printJson(host, flags.json, found.map(asJson));
    const toScreen = flags.json === undefined || flags.json.file !== undefined;
    if (toScreen)
      print(
        host.out,
        what?.includes('/') === true ? found.flatMap((p) => card(p, host.root)) : listing(found),
      );
    return 0;
  },
};

function select(registry: Registry, what: string): readonly PluginFactory[] {
  const [kind = '', id] = what.split('/');
  if (!isPluginKind(kind)) {
    const fix = suggestion(kind, pluginKinds);
    throw new UsageError('CAIRN_PLUGIN_UNKNOWN', `cairn plugins: no kind "${kind}"`, { fix });
  }
  const ofKind = registry.list(kind);
  const found = id === undefined ? ofKind : ofKind.filter((p) => p.id === id);
  if (id !== undefined && found.length === 0) {
    const ids = ofKind.map((p) => p.id);
    throw new UsageError('CAIRN_PLUGIN_UNKNOWN', `cairn plugins: no ${kind} "${id}"`, {
      fix: suggestion(id, ids),
    });
  }
  return found;
}

function listing(found: readonly PluginFactory[]): string[] {
  const column = Math.max(0, ...found.map((p) => p.id.length)) + 2;
  const kinds = [...new Set(found.map((p) => p.kind))];
  return kinds.flatMap((kind, i) => [
    ...(i === 0 ? [] : ['']),
    kind,
    ...found.filter((p) => p.kind === kind).map((p) => `  ${p.id.padEnd(column)}${p.summary}`),
  ]);
}

function card(plugin: PluginFactory, root: string): string[] {
  const paths = optionPaths(plugin);
  const column = Math.max(0, ...paths.map((path) => optionPath(path).length)) + 2;
  // A plugin from outside has its page elsewhere.
  const readme = `plugins/${plugin.kind}/${plugin.id}/README.md`;
  return [
    `${plugin.kind}/${plugin.id}  ${plugin.summary}`,
    ...(plugin.paper === undefined ? [] : [`  ${plugin.paper}`]),
    ...(paths.length === 0 ? ['', '  no options'] : ['']),
    ...paths.map((path) => {
      const accepted = describeOption(plugin.schema, path) ?? 'see its README';
      return `  ${optionPath(path).padEnd(column)}${accepted}`;
    }),
    ...(existsSync(join(root, readme)) ? ['', `  ${readme}`] : []),
  ];
}

/** Options down to their leaves: `carry.weights`. */
function optionPaths({ schema }: Pick<PluginFactory, 'schema'>, base: readonly string[] = []): string[][] {
  return knownKeys(schema, base).flatMap((key) => {
    const path = [...base, key];
    const below = describeOption(schema, path) === undefined ? optionPaths({ schema }, path) : [];
    return below.length === 0 ? [path] : below;
  });
}

function asJson(plugin: PluginFactory): object {
  const { kind, id, summary, paper, schema } = plugin;
  return {
    kind,
    id,
    summary,
    paper,
    options: z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }),
  };
}
