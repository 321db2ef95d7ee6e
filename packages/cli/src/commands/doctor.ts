import { doctorSpec } from '../args/specs.ts';
import type { Command, Host } from '../command.ts';
import { backendFindings } from '../doctor/backends.ts';
import { dataFindings } from '../doctor/data.ts';
import { cacheFinding, homeFindings } from '../doctor/disk.ts';
import type { Finding } from '../doctor/finding.ts';
import { runtimeFindings } from '../doctor/runtime.ts';
import { tuneFindings } from '../doctor/tune.ts';
import { print, printJson } from '../output.ts';
import { cacheLimit } from '../study/cache-limit.ts';
import { placesIn } from '../study/places.ts';

/** `cairn doctor`: 1 where something that a study needs does not work. */
export const doctor: Command<typeof doctorSpec.flags> = {
  spec: doctorSpec,
  async execute({ flags }, host) {
    const tuned = flags.tune ? await tuneFindings(host) : [];
    const findings = [...(await examine(host)), ...tuned];
    if (flags.json !== undefined) await printJson(host, flags.json, findings);
    if (flags.json === undefined || flags.json.file !== undefined) print(host.out, report(findings));
    return findings.some((f) => f.state === 'problem') ? 1 : 0;
  },
};

async function examine(host: Host): Promise<readonly Finding[]> {
  const home = await homeFindings(host.home);
  // Where nothing can be written there is no cache to look at.
  const usable = home.every((f) => f.state === 'ok');
  return [
    ...runtimeFindings(process.versions.node),
    ...(await backendFindings(host.backends, placesIn(host.home).home)),
    ...(await dataFindings(host)),
    ...home,
    ...(usable ? [cacheFinding(await placesIn(host.home).teacherCache.files(''), cacheLimit(host))] : []),
  ];
}

function report(findings: readonly Finding[]): string[] {
  const column = Math.max(...findings.map((f) => f.topic.length)) + 2;
  const problems = findings.filter((f) => f.state === 'problem').length;
  const lines = findings.flatMap(({ topic, state, text, mend = [] }) => {
    const head = `${state.padEnd(9)}${topic.padEnd(column)}`;
    return [head + text, ...mend.map((line) => ' '.repeat(head.length) + line)];
  });
  const verdict = problems === 0 ? 'all that a study needs works' : `${problems} to mend`;
  return [...lines, '', verdict];
}
