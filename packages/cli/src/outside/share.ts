import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const shared = new Set<string>();

/**
 * Lets modules outside the workspace find what they cannot find for themselves: packages installed at a folder, and
 * Cairn's own (`@cairn/core`, `zod`, TensorFlow.js, of which a process must have one). Lasts as long as the process.
 */
export function shareModules(folder: string): void {
  if (shared.has(folder)) return;
  shared.add(folder);
  const parents = [pathToFileURL(join(folder, 'package.json')).href, import.meta.url];
  registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        if (/^[./]|:/.test(specifier)) throw error;
        for (const parentURL of parents) {
          const found = attempt(() => next(specifier, { ...context, parentURL }));
          if (found !== undefined) return found;
        }
        throw error;
      }
    },
  });
}

function attempt<T>(resolve: () => T): T | undefined {
  try {
    return resolve();
  } catch (error) {
    // Not there either: the first complaint is the one to show.
    if (error instanceof Error && 'code' in error && String(error.code).includes('NOT_FOUND'))
      return undefined;
    throw error;
  }
}
