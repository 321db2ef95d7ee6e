/**
 * The name map that would fit: modules of equal shapes; first those within modules that are certain, then those with
 * the most alike names, else in order.
 */
import type { Shape } from '@cairn/core';

/** An array by name, as a file has it or a network wants it. */
export interface NamedShape {
  readonly name: string;
  readonly shape: Shape;
}

export interface Proposal {
  /** Beginnings of names, or whole names, to what they become. */
  readonly map: Readonly<Record<string, string>>;
  /** Whether the map leaves nothing over on either side. */
  readonly whole: boolean;
}

interface Module {
  readonly name: string;
  /** Names and shapes of its arrays. */
  readonly signature: string;
}

/** Counts are made up where they are missing, so they identify nothing. */
const IGNORED = 'num_batches_tracked';

/** @param theirs arrays of the file that the network does not know; @param ours arrays that it misses */
export function proposeNames(theirs: readonly NamedShape[], ours: readonly NamedShape[]): Proposal {
  const prefix = commonPrefix(theirs, ours);
  if (prefix !== undefined) return { map: { [prefix]: '' }, whole: true };
  const [from, to] = [modulesOf(theirs), modulesOf(ours)];
  const kin = certainParents(from, to);
  const pairs = from.flatMap((a, i) =>
    to.flatMap((b, j) => {
      if (a.signature !== b.signature) return [];
      const bonus = kin.has(parents(a.name, b.name)) ? 1 : 0;
      return [{ i, j, likeness: bonus + likeness(a.name, b.name), apart: Math.abs(i - j) }];
    }),
  );
  pairs.sort((p, q) => q.likeness - p.likeness || p.apart - q.apart || p.i - q.i);
  const [takenFrom, takenTo] = [new Map<number, number>(), new Set<number>()];
  for (const { i, j } of pairs) {
    if (takenFrom.has(i) || takenTo.has(j)) continue;
    takenFrom.set(i, j);
    takenTo.add(j);
  }
  const entries = [...takenFrom].sort(([a], [b]) => a - b);
  const map = Object.fromEntries(entries.map(([i, j]) => [from[i]?.name ?? '', to[j]?.name ?? '']));
  return { map, whole: entries.length === from.length && entries.length === to.length };
}

/** Where a shape occurs once on either side the modules are the same, and then so are those that they stand in. */
function certainParents(from: readonly Module[], to: readonly Module[]): ReadonlySet<string> {
  const single = (all: readonly Module[], signature: string): Module | undefined => {
    const [first, second] = all.filter((m) => m.signature === signature);
    return second === undefined ? first : undefined;
  };
  return new Set(
    from.flatMap(({ signature }) => {
      const [a, b] = [single(from, signature), single(to, signature)];
      return a === undefined || b === undefined ? [] : [parents(a.name, b.name)];
    }),
  );
}

/** `blocks.0.` and `layer1.` of `blocks.0.conv.` and `layer1.conv.`, as one key. */
function parents(a: string, b: string): string {
  return [a, b].map((name) => name.replace(/[^.]+\.?$/, '')).join(' ');
}

/** What stands before every name, where taking it away leaves names that are wanted. */
function commonPrefix(theirs: readonly NamedShape[], ours: readonly NamedShape[]): string | undefined {
  const wanted = new Map(ours.map(({ name, shape }) => [name, shape.join()]));
  const [first] = theirs;
  if (first === undefined) return undefined;
  const ends = [...first.name.matchAll(/\./g)].map(({ index }) => first.name.slice(0, index + 1));
  const counted = ours.filter(({ name }) => !name.endsWith(IGNORED)).length;
  return ends.find((prefix) => {
    const real = theirs.filter(({ name }) => !name.endsWith(IGNORED));
    const fits = real.every(
      ({ name, shape }) => name.startsWith(prefix) && wanted.get(name.slice(prefix.length)) === shape.join(),
    );
    return fits && real.length === counted;
  });
}

const order = new Intl.Collator('en', { numeric: true });

function modulesOf(arrays: readonly NamedShape[]): readonly Module[] {
  const modules = new Map<string, string[]>();
  for (const { name, shape } of arrays) {
    if (name.endsWith(IGNORED)) continue;
    const module = name.slice(0, name.lastIndexOf('.') + 1) || name;
    const leaf = name.startsWith(module) && module.endsWith('.') ? name.slice(module.length) : '';
    modules.set(module, [...(modules.get(module) ?? []), `${leaf}[${shape.join()}]`]);
  }
  return [...modules]
    .map(([name, leaves]) => ({ name, signature: leaves.sort().join(' ') }))
    .sort((a, b) => order.compare(a.name, b.name));
}

/** Longest common subsequence of the words and numbers of two names, as a share of both, 0 to 1. */
function likeness(a: string, b: string): number {
  const [p, q] = [a, b].map((name) => name.toLowerCase().match(/[a-z]+|\d+/g) ?? []);
  if (p === undefined || q === undefined || p.length + q.length === 0) return 0;
  let row = new Array<number>(q.length + 1).fill(0);
  for (const word of p) {
    const next = [0];
    q.forEach((other, j) => {
      next.push(word === other ? (row[j] ?? 0) + 1 : Math.max(row[j + 1] ?? 0, next[j] ?? 0));
    });
    row = next;
  }
  return (2 * (row.at(-1) ?? 0)) / (p.length + q.length);
}
