/** What stands under "Description" on a run's page, in Markdown. */
import type { RunRecord } from '@cairn/core';

type Of<T extends RunRecord['type']> = Extract<RunRecord, { type: T }>;

export interface Described {
  readonly start: Of<'run_start'> | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly anchors: readonly Of<'anchor'>[];
}

/** Who it is, what taught it, and the command that made it. */
export function describeRun({ start, tags, anchors }: Described): string {
  const { 'cairn.condition': condition, 'cairn.seed': seed, 'cairn.teacher_seed': teacher } = tags;
  const study = `${tags['cairn.study'] ?? start?.experiment ?? ''}/${tags['cairn.profile'] ?? ''}`;
  if (tags['cairn.role'] === 'study')
    return [`The study \`${study}\`.`, ...commandLines(tags, undefined)].join('\n');
  const who =
    tags['cairn.role'] === 'teacher'
      ? `The teacher of \`${study}\`, seed ${seed ?? '?'}: its states are the anchors of route \`${tags['cairn.config'] ?? ''}\`.`
      : `Condition **${condition ?? start?.name ?? ''}** of \`${study}\`, student seed ${seed ?? '?'}, teacher seed ${teacher ?? '?'}.`;
  return [who, ...anchorLines(anchors), ...commandLines(tags, start)].join('\n');
}

function anchorLines(anchors: readonly Of<'anchor'>[]): string[] {
  if (anchors.length === 0) return [];
  const rows = anchors.map(
    ({ epoch, anchors: which, reason }) =>
      `| ${Number(epoch.toFixed(2))} | ${which.map(({ step }) => step).join(' + ')} | ${cell(reason)} |`,
  );
  return ['', '| student epoch | anchor (step of the teacher) | why |', '|---:|---:|---|', ...rows];
}

/** Text that cannot end a cell or a line. */
export function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
}

function commandLines(tags: Described['tags'], start: Described['start']): string[] {
  const { 'cairn.command': command, 'cairn.commit': commit, 'cairn.diff': diff } = tags;
  const { 'cairn.study': study = '', 'cairn.profile': profile = '' } = tags;
  if (command === undefined) return [];
  const changed = diff === undefined || diff === 'none' ? '' : ', with changes that are not committed';
  const again =
    tags['cairn.role'] === 'teacher' ? tags['cairn.config'] : `${study}/${profile}/${start?.name ?? ''}`;
  const repeat =
    start === undefined ? '' : ` Repeat and compare it bit by bit: \`cairn rerun ${again ?? ''}\`.`;
  return ['', 'Made by', '```', command, '```', `at commit \`${commit ?? 'unknown'}\`${changed}.${repeat}`];
}
