/** Where things lie below `.cairn`. */
import { contentHash, type Overrides } from '@cairn/core';
import { NodeStore } from '../files/index.ts';

export interface Places {
  readonly home: NodeStore;
  /** The folder of all studies. */
  readonly runs: NodeStore;
  /** The folder of all routes. */
  readonly routes: NodeStore;
  /** Teachers' outputs, shared by all studies. */
  readonly teacherCache: NodeStore;
  /** What figures are drawn from, so far as networks had to be run for it. */
  readonly reportCache: NodeStore;
  /** Pages and pictures, by study and profile. */
  readonly reports: NodeStore;
  /** A study in one profile. */
  study(study: string, profile: string): NodeStore;
}

export function placesIn(home: string): Places {
  const store = (path: string) => new NodeStore(`${home}/${path}`);
  return {
    home: new NodeStore(home),
    runs: store('runs'),
    routes: store('routes'),
    teacherCache: store('cache/teacher'),
    reportCache: store('cache/report'),
    reports: store('reports'),
    study: (study, profile) => store(`runs/${study}/${profile}`),
  };
}

/** Options given on the command line make a variation of their own, so that the profile's runs stay. */
export async function variationName(profile: string, overrides: Overrides): Promise<string> {
  if (Object.keys(overrides).length === 0) return profile;
  return `${profile}~${(await contentHash(overrides)).slice(0, 6)}`;
}
