/** What stands below the table: what can be seen in it and what cannot. */
import type { StudyResult, StudySummary } from '@cairn/report';
import { scaled } from '../terminal/format.ts';

export function notes(summary: StudySummary, result: StudyResult): string[] {
  const sentences = [
    power(summary, result),
    ...warnings(result),
    shown(summary),
    controls(summary),
    teacherCost(summary),
    saved(result),
  ];
  return sentences.filter((text) => text !== '');
}

/** That there is one seed has just been said. */
function warnings({ warnings: all = [] }: StudyResult): string[] {
  return all.filter((text) => !text.startsWith('one seed')).map((text) => `Warning: ${text}.`);
}

function power({ visible, conditions }: StudySummary, result: StudyResult): string {
  const seeds = plural(result.seeds.length, 'seed');
  const routes = result.teacherSeeds.length;
  const given = `${seeds}, ${routes === 1 ? 'one teacher' : plural(routes, 'teacher')}`;
  const compared = conditions.some((c) => c.vsControl !== undefined || c.vsBaseline !== undefined);
  if (!compared) return '';
  if (visible === undefined) return `${given}: no interval, so no difference can be told from chance.`;
  const [now, then] = [visible.now, visible.withTwice].map((v) => (v * 100).toFixed(1));
  const more = plural(visible.seeds * 2, 'seed');
  return `${given}: differences under ${now} points are likely missed (80 % power; ${more}: ${then}). Intervals are 95 % t, paired by seed${routes === 1 ? '' : ', given these teachers'}.`;
}

function shown({ conditions }: StudySummary): string {
  if (conditions.every((c) => c.last === undefined)) return '';
  return 'Test accuracy is that of the last epoch; "at best val" that of the epoch best on validation. ± is the standard deviation over runs.';
}

function controls({ conditions }: StudySummary): string {
  const names = new Set(conditions.flatMap((c) => (c.control === undefined ? [] : [c.control])));
  const pairs = [...names].map((control) => {
    const of = conditions.filter((c) => c.control === control).map((c) => c.name);
    return `${control} for ${of.join(', ')}`;
  });
  return pairs.length === 0 ? '' : `Matched controls: ${pairs.join('; ')}.`;
}

function teacherCost({ teachers, conditions }: StudySummary): string {
  const [teacher] = teachers;
  if (teacher === undefined || conditions.every((c) => c.cost === undefined)) return '';
  return `Cost is multiply-adds of a run; the route itself took ${scaled(teacher.multiplyAdds)}, shared by all.`;
}

/** The cost is the method's; the time is what this machine needed. */
function saved({ conditions }: StudyResult): string {
  const runs = conditions.flatMap((c) => c.runs);
  const sum = (of: (run: (typeof runs)[number]) => number) => runs.reduce((total, run) => total + of(run), 0);
  const cached = sum((run) => run.cachedMultiplyAdds ?? 0);
  if (cached === 0) return '';
  return `Of the students' ${scaled(sum((run) => run.multiplyAdds))} multiply-adds ${scaled(cached)} were not done again: teachers' outputs came from the cache. Costs do not know it, times do.`;
}

function plural(n: number, what: string): string {
  return `${n} ${n === 1 ? what : `${what}s`}`;
}

/** Breaks a paragraph at spaces. */
export function fill(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
