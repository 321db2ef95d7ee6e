/** `cairn` with the tiny study, as a program of its own. */
import { fileURLToPath } from 'node:url';
import { main } from '../../index.ts';
import { plugins, studies } from './tiny-study.ts';

process.exitCode = await main({
  argv: process.argv.slice(2),
  plugins: () => Promise.resolve(plugins),
  studies,
  root: process.cwd(),
  self: [process.execPath, fileURLToPath(import.meta.url)],
});
