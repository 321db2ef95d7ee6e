import { suggestion, UsageError } from '@cairn/core';
import { runNames } from '../study/run-names.ts';
import type { Places } from '../study/places.ts';
import type { StudyName } from './study-source.ts';

/**
 * The studies on this disk that have runs.
 * @param wanted `study` or `study/profile`; all by default
 * @throws CAIRN_STUDY_ABSENT
 */
export async function storedStudies(
  places: Places,
  wanted?: readonly string[],
): Promise<readonly StudyName[]> {
  const folders = [
    ...new Set((await runNames(places.runs)).map((name) => name.split('/').slice(0, 2).join('/'))),
  ];
  for (const name of wanted ?? []) {
    if (folders.some((folder) => matches(folder, name))) continue;
    const known = [...new Set(folders.map((folder) => folder.split('/')[0] ?? '')), ...folders];
    const fix = folders.length === 0 ? 'no runs yet: cairn run quickstart' : suggestion(name, known);
    throw new UsageError('CAIRN_STUDY_ABSENT', `no runs of "${name}"`, { fix });
  }
  return folders
    .filter((folder) => wanted === undefined || wanted.some((name) => matches(folder, name)))
    .map((folder) => {
      const [study = '', profile = ''] = folder.split('/');
      return { study, profile };
    });
}

function matches(folder: string, name: string): boolean {
  return folder === name || folder.startsWith(`${name}/`);
}
