import { availableParallelism, totalmem } from 'node:os';
import type { Finding } from './finding.ts';

/** The range that the project is tested on: from 24.12, below 25. */
export function runtimeFindings(version: string): Finding[] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const fits = major === 24 && minor >= 12;
  const gigabytes = (totalmem() / 1e9).toFixed(0);
  const mend = [
    'npx cairn doctor uses the pinned one (npm ci installs it); wanted: 24.12 or later, below 25',
  ];
  return [
    fits
      ? { topic: 'Node', state: 'ok', text: version }
      : { topic: 'Node', state: 'problem', text: `${version} is not supported`, mend },
    { topic: 'machine', state: 'ok', text: `${availableParallelism()} cores, ${gigabytes} GB of memory` },
  ];
}
