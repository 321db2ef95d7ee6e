import { getGradient } from '@tensorflow/tfjs-core';
import { notBuilt } from './builds.ts';

/**
 * Gives TensorFlow.js its gradient functions (`tf.grad` and friends), for every backend; see `build/gradients.ts`. Does
 * nothing where they are there, for example because `@tensorflow/tfjs` was imported.
 */
export async function registerGradients(): Promise<void> {
  if (getGradient('Sum') !== undefined) return;
  try {
    await import(new URL('../build-output/gradients.js', import.meta.url).href);
  } catch (cause) {
    throw notBuilt('gradients.js', cause);
  }
}
