/** What the parent run of a study shows: question, answer and table in its description, the same as files. */
import { CairnError } from '@cairn/core';
import { compareStudy, comparisonCsv, comparisonMarkdown, type StudyResult } from '@cairn/report';
import { tablesTag, type PageFile, type StudyPage } from '@cairn/tracking';
import { collectResults } from '../study/collect.ts';
import { markLooked } from '../study/declaration.ts';
import { loadOutcomes } from '../study/outcomes.ts';
import type { Places } from '../study/places.ts';
import { studyStatus } from '../study/status.ts';
import { readWork } from '../study/work-file.ts';
import { resultTable } from '../table/table.ts';
import { studyFigures } from './study-figures.ts';
import type { StudyName } from './study-source.ts';

const RESULTS = 'tables/results.json';

/** Undefined until a student is finished. What is shown here is looked at, and the study notes it. */
export async function studyPage(places: Places, name: StudyName): Promise<StudyPage | undefined> {
  const store = places.study(name.study, name.profile);
  const work = await unlessAbsent(() => readWork(store));
  if (work === undefined) return undefined;
  const stored = { study: work.plan.study, profile: name.profile, plan: work.plan, places, store };
  const result = await collectResults(stored, await studyStatus(stored, false));
  if (result.conditions.every(({ runs }) => runs.length === 0)) return undefined;
  const comparison = compareStudy(result, undefined, await loadOutcomes(result));
  const table = resultTable(result, { width: 110, unicode: true }).join('\n');
  await markLooked(store, 'mlflow', result, new Date());
  const markdown = comparisonMarkdown(comparison);
  const command = work.provenance?.command ?? `cairn run ${name.study}`;
  return {
    description: description(result, { table, markdown, command }),
    tags: tablesTag([RESULTS]),
    files: [
      { path: 'comparison.json', body: `${JSON.stringify(comparison, undefined, 1)}\n` },
      { path: 'comparison.csv', body: comparisonCsv(comparison) },
      { path: 'comparison.md', body: markdown },
      { path: 'results.json', body: `${JSON.stringify(result, undefined, 1)}\n` },
      { path: RESULTS, body: `${JSON.stringify(resultsTable(result))}\n` },
      ...(await figures(result)),
    ],
  };
}

/** Under `figures/`, whatever drew them: in `images/` a foreign file would hide every picture of the run. */
async function figures(result: StudyResult): Promise<readonly PageFile[]> {
  return (await studyFigures(result)).map(({ path, body }) => ({ path: `figures/${path}`, body }));
}

/** What MLflow cuts off at 8,000 characters is in `comparison.md`. */
function description(
  { title, question, study, profile }: StudyResult,
  {
    table,
    markdown,
    command,
  }: { readonly table: string; readonly markdown: string; readonly command: string },
): string {
  const head = [
    `**${title}** (\`${study}/${profile}\`)`,
    '',
    ...(question === '' ? [] : [question, '']),
    '```',
    table,
    '```',
    '',
    'Made by',
    '```',
    command,
    '```',
    '',
  ].join('\n');
  const room = 7900 - head.length;
  if (markdown.length <= room) return `${head}${markdown}`;
  return `${head}All contrasts: artifact \`comparison.md\`.\n`;
}

/** A row for each run; every metric of the last weights. */
function resultsTable({ conditions }: StudyResult): {
  columns: string[];
  data: (string | number | null)[][];
} {
  const rows = conditions.flatMap(({ name, runs }) => runs.map((run) => ({ name, run })));
  const metrics = [...new Set(rows.flatMap(({ run }) => Object.keys(run.last.metrics)))];
  return {
    columns: ['condition', 'seed', 'teacher seed', 'student epochs', ...metrics],
    data: rows.map(({ name, run }) => [
      name,
      run.seed,
      run.teacherSeed ?? null,
      run.studentEpochs,
      ...metrics.map((metric) => run.last.metrics[metric] ?? null),
    ]),
  };
}

async function unlessAbsent<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof CairnError) return undefined; // an older or damaged plan: the runs are sent without a table
    throw error;
  }
}
