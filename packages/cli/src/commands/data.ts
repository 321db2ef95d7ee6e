import { suggestion, UsageError, type DataSource, type Registry } from '@cairn/core';
import { dataSpec } from '../args/specs.ts';
import type { Command, Host } from '../command.ts';
import { checkSource, fetchSource } from '../data/index.ts';
import { print, printJson } from '../output.ts';
import { dataRoots, fetchLines } from '../study/ground.ts';

interface NamedSource {
  readonly id: string;
  /** Absent where the data set is made, not read. */
  readonly source?: DataSource;
}

/** What was found of a data set, as `--json` writes it. */
interface DataReport {
  readonly id: string;
  readonly state: 'made' | 'whole' | 'missing' | 'damaged';
  readonly files: readonly { readonly name: string; readonly path?: string; readonly state: string }[];
}

/** `cairn data fetch|check [dataset...]` */
export const data: Command<typeof dataSpec.flags> = {
  spec: dataSpec,
  async execute({ arguments: [action = '', ...ids], flags }, host) {
    const sources = select(await host.registry(), ids);
    const roots = dataRoots(host);
    const say = (text: string): void => print(flags.json === undefined ? host.out : host.err, text);
    if (action === 'fetch') await fetchAll(host, sources, roots, say);
    const reports = [];
    for (const source of sources) reports.push(await reportOn(source, roots));
    if (flags.json !== undefined) await printJson(host, flags.json, reports);
    if (flags.json?.file !== undefined || flags.json === undefined) print(host.out, reports.flatMap(lines));
    return reports.some((r) => r.state === 'damaged' || (ids.length > 0 && r.state === 'missing')) ? 1 : 0;
  },
};

function select(registry: Registry, ids: readonly string[]): NamedSource[] {
  const known = registry.list('dataset').map((d) => d.id);
  const unknown = ids.find((id) => !known.includes(id));
  if (unknown !== undefined) {
    const fix = suggestion(unknown, known);
    throw new UsageError('CAIRN_PLUGIN_UNKNOWN', `cairn data: no dataset "${unknown}"`, { fix });
  }
  return (ids.length === 0 ? known : ids).map((id) => {
    const { source } = registry.create({ kind: 'dataset', id, options: {} });
    return { id, ...(source === undefined ? {} : { source }) };
  });
}

async function fetchAll(
  host: Host,
  sources: readonly NamedSource[],
  roots: readonly string[],
  say: (text: string) => void,
): Promise<void> {
  for (const { source } of sources) {
    if (source !== undefined)
      await fetchSource(source, roots, { signal: host.signal, progress: fetchLines(say) });
  }
}

async function reportOn({ id, source }: NamedSource, roots: readonly string[]): Promise<DataReport> {
  if (source === undefined) return { id, state: 'made', files: [] };
  const checked = await checkSource(source, roots);
  const files = checked.map(({ file, path, found }) => ({
    name: file.name,
    ...(path === undefined ? {} : { path }),
    state: found.state,
  }));
  if (files.every((f) => f.state === 'good')) return { id, state: 'whole', files };
  return { id, state: files.some((f) => f.state === 'missing') ? 'missing' : 'damaged', files };
}

function lines({ id, state, files }: DataReport): string[] {
  const rows = files.map((f) => `  ${f.name.padEnd(20)} ${f.state.padEnd(10)} ${f.path ?? ''}`.trimEnd());
  const hint = state === 'missing' ? `   npx cairn data fetch ${id}` : '';
  return [`${id.padEnd(12)} ${state}${hint}`, ...rows];
}
