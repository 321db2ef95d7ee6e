/** `cairn` with the study of bench:study; says at its end what its own process took, workers not counted. */
import { writeFileSync } from 'node:fs';

await import('../study/cairn.ts');

const file = process.env['CAIRN_BENCH_USAGE'];
if (file !== undefined) {
  const { user, system } = process.cpuUsage();
  writeFileSync(file, JSON.stringify({ seconds: (user + system) / 1e6 }));
}
