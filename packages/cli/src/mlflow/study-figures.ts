import type { StudyResult } from '@cairn/report';
import type { PageFile } from '@cairn/tracking';

/** Pictures of a study, by their name below `figures/`. The report draws them. */
export async function studyFigures(_result: StudyResult): Promise<readonly PageFile[]> {
  return [];
}
