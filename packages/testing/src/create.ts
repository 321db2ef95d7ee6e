import { createRegistry, type Plugin, type PluginData, type PluginKind, type PluginKinds } from '@cairn/core';

/** An instance as a study gets it: plain data, checked and completed by a registry that knows this plugin alone. */
export function createPlugin<K extends PluginKind>(
  plugin: Pick<Plugin, 'module'>,
  data: PluginData<K>,
): PluginKinds[K] {
  return createRegistry([plugin]).create(JSON.parse(JSON.stringify(data)) as PluginData<K>);
}
