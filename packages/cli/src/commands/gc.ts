import { suggestion, UsageError } from '@cairn/core';
import { gcSpec } from '../args/specs.ts';
import type { Command } from '../command.ts';
import { findOrphans, type Orphan, type OrphanKind } from '../disk/orphans.ts';
import { removeOrphans } from '../disk/remove.ts';
import { counted } from '../format.ts';
import { print, printJson } from '../output.ts';
import { placesIn } from '../study/places.ts';
import { size } from '../terminal/format.ts';

/** As they are named on the command line. */
const KINDS: Readonly<Record<string, OrphanKind>> = {
  routes: 'route',
  runs: 'run',
  pages: 'page',
  cache: 'cache',
};
/** Without a name: caches are of use until somebody says that they are not. */
const USUAL: readonly OrphanKind[] = ['route', 'run', 'page'];

/** `cairn gc [routes] [runs] [pages] [cache] [--remove]` */
export const gc: Command<typeof gcSpec.flags> = {
  spec: gcSpec,
  async execute({ arguments: named, flags }, host) {
    const kinds = kindsOf(named);
    const places = placesIn(host.home);
    const { orphans, notes } = await findOrphans(places);
    const chosen = orphans.filter(({ kind }) => kinds.includes(kind));
    const left: string[] = [];
    const gone = flags.remove
      ? await removeOrphans(places, chosen, { command: host.typed, say: (text) => left.push(text) })
      : [];
    const answer = {
      removed: gone,
      orphans: chosen.filter((orphan) => !gone.includes(orphan)),
      notes: [...notes, ...left],
    };
    if (flags.json !== undefined) await printJson(host, flags.json, answer);
    if (flags.json === undefined || flags.json.file !== undefined) {
      print(host.out, [
        ...lines(chosen),
        ...answer.notes,
        ending(chosen, gone, { removing: flags.remove, named }),
      ]);
    }
    return 0;
  },
};

/** @throws CAIRN_ARGUMENT_UNKNOWN */
function kindsOf(named: readonly string[]): readonly OrphanKind[] {
  if (named.length === 0) return USUAL;
  return named.map((name) => {
    const kind = KINDS[name];
    if (kind !== undefined) return kind;
    throw new UsageError('CAIRN_ARGUMENT_UNKNOWN', `cairn gc: got "${name}"`, {
      fix: suggestion(name, Object.keys(KINDS)),
    });
  });
}

function lines(orphans: readonly Orphan[]): string[] {
  const width = Math.max(0, ...orphans.map(({ name }) => name.length));
  return orphans.map(
    ({ kind, name, bytes, why }) =>
      `${kind.padEnd(5)}  ${name.padEnd(width)}  ${size(bytes).padStart(7)}  ${why}`,
  );
}

function ending(
  orphans: readonly Orphan[],
  gone: readonly Orphan[],
  { removing, named }: { readonly removing: boolean; readonly named: readonly string[] },
): string {
  if (orphans.length === 0) return 'nothing to remove';
  const sum = (all: readonly Orphan[]): string => size(all.reduce((total, { bytes }) => total + bytes, 0));
  if (removing) return `removed ${counted(gone.length, 'folder')}, ${sum(gone)}`;
  return `${counted(orphans.length, 'folder')}, ${sum(orphans)}; nothing was removed: cairn gc ${[...named, '--remove'].join(' ')}`;
}
