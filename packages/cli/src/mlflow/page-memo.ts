/** The study's page, worked out again only when another run has ended: its statistics take seconds. */
import type { StudyPage } from '@cairn/tracking';
import { JOURNAL } from '../study/header.ts';
import type { Places } from '../study/places.ts';
import { studyPage } from './study-page.ts';
import type { StudyName } from './study-source.ts';

export class PageMemo {
  readonly #places: Places;
  readonly #name: StudyName;
  #state: string | undefined;
  #page: StudyPage | undefined;

  constructor(places: Places, name: StudyName) {
    this.#places = places;
    this.#name = name;
  }

  async now(): Promise<StudyPage | undefined> {
    const state = await this.#look();
    if (state !== this.#state) {
      this.#page = await studyPage(this.#places, this.#name);
      this.#state = state;
    }
    return this.#page;
  }

  /** Which runs have their last weights and how long their journals are. */
  async #look(): Promise<string> {
    const folder = this.#places.study(this.#name.study, this.#name.profile);
    const parts: string[] = [];
    for (const run of await folder.list('')) {
      if (/\.(jsonl?|lock)$/.test(run)) continue;
      const ended = (await folder.list(`${run}/weights`)).includes('last.safetensors');
      const [journal] = (await folder.files(run)).filter(({ name }) => name === JOURNAL);
      if (ended) parts.push(`${run} ${journal?.bytes ?? 0}`);
    }
    return parts.join('\n');
  }
}
