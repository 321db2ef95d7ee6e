/**
 * Bundles TensorFlow.js's gradient functions. The Node build of `@tensorflow/tfjs-core` leaves them out; they come with
 * the umbrella package `@tensorflow/tfjs` only, which weighs 250 MB more. The registries of TensorFlow.js are global, so
 * that a bundle of its own `register_all_gradients` serves the copy that everybody imports.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'rolldown';

const modules = ['register_all_gradients.js', 'public/chained_ops/register_all_chained_ops.js'];

/** Writes an ES module that registers every gradient, and the chained methods that some of them call (`x.reshape()`). */
export async function bundleGradients(file: string): Promise<void> {
  const core = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-core'));
  const entry = 'cairn:gradients';
  await build({
    input: entry,
    platform: 'node',
    output: { file, format: 'esm' },
    plugins: [
      {
        name: entry,
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) =>
          id === entry
            ? modules.map((name) => `import ${JSON.stringify(join(core, name))};`).join('\n')
            : undefined,
      },
    ],
  });
}
