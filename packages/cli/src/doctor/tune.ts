/** `doctor --tune`: measures the ways of each backend in turns and keeps what was found. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Host } from '../command.ts';
import { placesIn } from '../study/places.ts';
import { fastest, writeTuned, type Paces } from '../study/tuned.ts';
import type { Finding } from './finding.ts';

/** Processes of each way: a machine's speed drifts. */
const ROUNDS = 3;

type Seen = Readonly<Record<string, readonly number[]>>;

export async function tuneFindings(host: Host): Promise<Finding[]> {
  const findings: Finding[] = [];
  const measured: Record<string, Paces[string]> = {};
  for (const [id, load] of Object.entries(host.backends)) {
    const { ways = [] } = await load();
    if (ways.length < 2) continue;
    const { seen, failures } = await measure(host, id, ways);
    const paces = Object.fromEntries(Object.entries(seen).map(([way, times]) => [way, median(times)]));
    const best = fastest(paces);
    if (best === undefined) {
      findings.push({ topic: `tune ${id}`, state: 'problem', text: failures.join('; ') });
      continue;
    }
    measured[id] = paces;
    const text = Object.entries(paces).map(([way, ms]) => `${way} ${ms.toFixed(1)} ms`);
    const kept = `${text.join(', ')}: studies here use ${best}, with the same results`;
    findings.push({ topic: `tune ${id}`, state: 'ok', text: [kept, ...failures].join('; ') });
  }
  if (Object.keys(measured).length > 0) await writeTuned(placesIn(host.home).home, measured);
  return findings;
}

/** A way that this machine does not have is left out, and why. */
async function measure(
  { self }: Pick<Host, 'self'>,
  id: string,
  ways: readonly string[],
): Promise<{ readonly seen: Seen; readonly failures: readonly string[] }> {
  const seen: Record<string, number[]> = {};
  const failures = new Map<string, string>();
  const [program, ...args] = self;
  for (let round = 0; round < ROUNDS; round++) {
    for (const way of ways.filter((name) => !failures.has(name))) {
      try {
        const { stdout } = await promisify(execFile)(program, [...args, 'pace', id, way]);
        (seen[way] ??= []).push(Number(stdout));
      } catch (error) {
        if (!(error instanceof Error && 'stderr' in error)) throw error;
        failures.set(way, `${way}: ${String(error.stderr).split('\n')[0] ?? ''}`);
      }
    }
  }
  return { seen, failures: [...failures.values()] };
}

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[times.length >> 1] ?? NaN;
}
