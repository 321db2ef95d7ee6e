/** Keeps a viewer up to date with all studies of a home. */
import { RunError } from '@cairn/core';
import { MlflowError } from 'mlflow-js-client';
import type { Host } from '../command.ts';
import { placesIn } from '../study/places.ts';
import { openSync, type OpenSync, type SyncTarget } from './open-sync.ts';
import { storedStudies } from './stored-studies.ts';
import { pageSource } from './page-source.ts';
import { studySource, type StudyName } from './study-source.ts';

export class Replay {
  readonly #host: Host;
  readonly #target: SyncTarget;
  readonly #say: (text: string) => void;
  readonly #open = new Map<string, OpenSync>();
  readonly #told = new Set<string>();
  readonly #runs = new Set<string>();

  /** @param say told each trouble once */
  constructor(host: Host, target: SyncTarget, say: (text: string) => void) {
    this.#host = host;
    this.#target = target;
    this.#say = say;
  }

  /** Sends what is new. @returns how many runs there are @throws MlflowError */
  async pass(): Promise<number> {
    for (const name of await storedStudies(placesIn(this.#host.home))) {
      const open = await this.#opened(name);
      if (open === undefined) continue;
      const { runs, problems } = await open.sync.pass(this.#host.signal);
      for (const run of runs) this.#runs.add(run.name);
      for (const { name: run, error } of problems) {
        const hint = error instanceof MlflowError ? error.hint : error.fix[0];
        this.#tell(`${run}: ${error.message}${hint === undefined ? '' : `; ${hint}`}`);
      }
    }
    return this.#runs.size;
  }

  async #opened(name: StudyName): Promise<OpenSync | undefined> {
    const key = `${name.study}/${name.profile}`;
    const known = this.#open.get(key);
    if (known !== undefined) return known;
    const places = placesIn(this.#host.home);
    const source = studySource(places, name, () => pageSource(this.#host, name, (text) => this.#tell(text)));
    try {
      const open = await openSync(this.#host, this.#target, name, source);
      this.#open.set(key, open);
      return open;
    } catch (error) {
      if (!(error instanceof RunError) || error.code !== 'CAIRN_STUDY_LOCKED') throw error;
      this.#tell(error.message);
      return undefined;
    }
  }

  #tell(text: string): void {
    if (!this.#told.has(text)) this.#say(text);
    this.#told.add(text);
  }

  close(): void {
    for (const open of this.#open.values()) open.close();
  }
}
