/** What the parent run of a study shows: question, answer and table in its description, the same as files. */
import { answer, comparisonCsv, comparisonMarkdown, type StudyResult } from '@cairn/report';
import { tablesTag, type StudyPage } from '@cairn/tracking';
import type { Host } from '../command.ts';
import { makeReport } from '../report/report.ts';
import { reportSubject } from '../report/subject.ts';
import { markLooked } from '../study/declaration.ts';
import { placesIn } from '../study/places.ts';
import { readWork } from '../study/work-file.ts';
import { resultTable } from '../table/table.ts';
import { studyFigures, type FigureOptions } from './study-figures.ts';
import type { StudyName } from './study-source.ts';

const RESULTS = 'tables/results.json';

/** What is shown here is looked at, and the study notes it. @throws CAIRN_PLAN_…, CAIRN_JOURNAL_…, as `makeReport` */
export async function studyPage(
  host: Host,
  { study, profile }: StudyName,
  options: FigureOptions,
): Promise<StudyPage> {
  const store = placesIn(host.home).study(study, profile);
  const { plan, provenance } = await readWork(store);
  await markLooked(store, 'mlflow', plan.study, new Date());
  const subject = await reportSubject(host, `${study}/${profile}`);
  const report = await makeReport(host, subject, { networks: false });
  const { result } = report.subject;
  const table = resultTable(result, { width: 110, unicode: true }).join('\n');
  const markdown = comparisonMarkdown(report.comparison);
  const command = provenance?.command ?? `cairn run ${study}`;
  return {
    description: description(result, { answers: answer(report.comparison), table, markdown, command }),
    tags: tablesTag([RESULTS]),
    files: [
      { path: 'comparison.json', body: `${JSON.stringify(report.comparison, undefined, 1)}\n` },
      { path: 'comparison.csv', body: comparisonCsv(report.comparison) },
      { path: 'comparison.md', body: markdown },
      { path: 'results.json', body: `${JSON.stringify(result, undefined, 1)}\n` },
      { path: RESULTS, body: `${JSON.stringify(resultsTable(result))}\n` },
    ],
    figures: studyFigures(host, report, command, options),
  };
}

interface Parts {
  readonly answers: readonly string[];
  readonly table: string;
  readonly markdown: string;
  readonly command: string;
}

/** What MLflow cuts off at 8,000 characters is in `comparison.md`. */
function description(
  { title, question, study, profile }: StudyResult,
  { answers, table, markdown, command }: Parts,
): string {
  const head = [
    `**${title}** (\`${study}/${profile}\`)`,
    '',
    ...(question === '' ? [] : [question, '']),
    ...answers.map((sentence) => `- ${sentence}`),
    '',
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
