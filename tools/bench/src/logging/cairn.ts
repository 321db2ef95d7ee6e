/** `cairn` with the study of bench:study; says at its end what its own process took, workers not counted. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { main } from '@cairn/cli';
import { study } from '../study/experiment.ts';
import { plugins } from '../study/plugins.ts';

const self = fileURLToPath(import.meta.url);

process.exitCode = await main({
  argv: process.argv.slice(2),
  plugins: () => Promise.resolve(plugins),
  studies: { names: ['bench'], load: () => Promise.resolve(study) },
  root: fileURLToPath(new URL('../../../../', import.meta.url)),
  self: [process.execPath, ...process.execArgv, self],
});

const file = process.env['CAIRN_BENCH_USAGE'];
if (file !== undefined && process.argv[2] === 'run') {
  const { user, system } = process.cpuUsage();
  writeFileSync(file, JSON.stringify({ seconds: (user + system) / 1e6 }));
}
