/** `nx g @cairn/nx:<kind> <id>`: one generator for each kind that has a folder of templates in `files/`. */
import { CairnError, type PluginKind } from '@cairn/core';
import type { GeneratorCallback, Tree } from '@nx/devkit';
import { addPlugin, type PluginOptions } from './plugin.ts';

export const anchorPolicy = generatorOf('anchor-policy');
export const augmentation = generatorOf('augmentation');
export const curriculum = generatorOf('curriculum');
export const dataset = generatorOf('dataset');
export const evaluator = generatorOf('evaluator');
export const loss = generatorOf('loss');
export const model = generatorOf('model');
export const routeRecorder = generatorOf('route-recorder');

type Generator = (tree: Tree, options: PluginOptions) => Promise<GeneratorCallback>;

function generatorOf(kind: PluginKind): Generator {
  return async (tree, { id }) => {
    try {
      return await addPlugin(tree, kind, id);
    } catch (error) {
      if (!(error instanceof CairnError)) throw error;
      // Nx shows the first line as a title and the others below it.
      throw new Error([`${error.code}  ${error.message}`, ...error.fix].join('\n'), { cause: error });
    }
  };
}
