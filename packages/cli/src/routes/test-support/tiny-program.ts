/** `cairn` with the tiny studies, as a program of its own. */
import { fileURLToPath } from 'node:url';
import { main } from '../../index.ts';
import { allStudies, plugins } from './tiny-study.ts';

process.exitCode = await main({
  argv: process.argv.slice(2),
  plugins: () => Promise.resolve(plugins),
  studies: allStudies,
  root: process.cwd(),
  self: [process.execPath, fileURLToPath(import.meta.url)],
});
