/** `cairn` with the study of this benchmark alone. */
import { fileURLToPath } from 'node:url';
import { main } from '@cairn/cli';
import { study } from './experiment.ts';
import { plugins } from './plugins.ts';

process.exitCode = await main({
  argv: process.argv.slice(2),
  plugins: () => Promise.resolve(plugins),
  studies: { names: ['bench'], load: () => Promise.resolve(study) },
  root: fileURLToPath(new URL('../../../../', import.meta.url)),
  self: [process.execPath, ...process.execArgv, fileURLToPath(import.meta.url)],
});
