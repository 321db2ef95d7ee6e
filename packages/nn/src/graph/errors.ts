import { PluginError } from '@cairn/core';

/** A graph says something that cannot be. Its author is a model's, hence the family. */
export function graphError(
  what: 'ARRAY' | 'ATTRIBUTE' | 'NAME' | 'NODE' | 'OPERATION' | 'OUTPUT' | 'SHAPE',
  message: string,
  fix: string,
): PluginError {
  return new PluginError(`CAIRN_PLUGIN_GRAPH_${what}`, message, { fix });
}
