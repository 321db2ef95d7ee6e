/** `cairn` with the study of this benchmark alone, started as `experiments/bin/cairn.js` starts it. */
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

enableCompileCache();
const [{ main }, { study }, { plugins }] = await Promise.all([
  import('@cairn/cli'),
  import('./experiment.ts'),
  import('./plugins.ts'),
]);

process.exitCode = await main({
  argv: process.argv.slice(2),
  plugins: () => Promise.resolve(plugins),
  studies: { names: ['bench'], load: () => Promise.resolve(study) },
  root: fileURLToPath(new URL('../../../../', import.meta.url)),
  self: [process.execPath, ...process.execArgv, fileURLToPath(import.meta.url)],
});
