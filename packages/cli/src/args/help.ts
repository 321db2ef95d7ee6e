import { optionPath } from '@cairn/core';
import { usageLine } from './arguments.ts';
import { type CommandSpec, type FlagSpec, globalFlags } from './flags.ts';

type Row = readonly [left: string, right: string];

/**
 * What `cairn` can do.
 * @param width columns of the terminal
 */
export function overview(specs: readonly CommandSpec[], studies: readonly string[], width = 80): string[] {
  const shown = specs.filter((spec) => spec.hidden !== true);
  const rows = shown.map((spec): Row => [spec.name, spec.summary]);
  const first = shown.flatMap((spec) => spec.examples).slice(0, 2);
  return [
    "cairn  knowledge distillation along the teacher's training route",
    '',
    'usage  cairn <command> [arguments] [flags]',
    '',
    ...table([...rows, ['help', 'all about a command: cairn help run']], width),
    '',
    ...(studies.length === 0 ? [] : [...wrap(`studies  ${studies.join(', ')}`, width, '         '), '']),
    ...table(first, width),
  ];
}

/** All about one command. */
export function commandHelp(spec: CommandSpec, studies: readonly string[], width = 80): string[] {
  const argumentRows = spec.arguments.map((a): Row => [a.name, a.summary]);
  const takesStudy = spec.arguments.some((a) => a.choices === 'studies');
  const flags = { ...spec.flags, ...globalFlags };
  return [
    `cairn ${spec.name}  ${spec.summary}`,
    '',
    `usage  ${usageLine(spec)}`,
    ...section((spec.details ?? []).flatMap((text) => wrap(text, width, ''))),
    ...section(table(argumentRows, width)),
    ...section(takesStudy && studies.length > 0 ? wrap(`studies: ${studies.join(', ')}`, width, '  ') : []),
    ...section(table(Object.entries(flags).map(flagRow), width)),
    ...section(table(spec.examples, width)),
  ];
}

function section(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', ...lines];
}

function flagRow([name, flag]: readonly [string, FlagSpec]): Row {
  const written = `--${optionPath([name])}`;
  const value = flag.value ?? 'VALUE';
  if (flag.type === 'boolean') return [written, flag.summary];
  return [
    flag.type === 'output' || flag.type === 'wish' ? `${written}[=${value}]` : `${written}=${value}`,
    flag.summary,
  ];
}

/** Two columns; the right one wraps below itself, or goes below a left one that is very long. */
function table(rows: readonly Row[], width: number): string[] {
  const fitting = rows.map(([left]) => left.length).filter((length) => length <= 32);
  const column = Math.max(0, ...fitting) + 4;
  return rows.flatMap(([left, right]) => {
    const head = `  ${left}`;
    const indent = ' '.repeat(column);
    if (head.length + 2 <= column) return wrap(head.padEnd(column) + right, width, indent);
    return [head, ...wrap(indent + right, width, indent)];
  });
}

/** Breaks at spaces; lines after the first start with `indent`. Keeps runs of spaces. */
function wrap(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const cut = rest.lastIndexOf(' ', width);
    if (cut <= indent.length) break;
    lines.push(rest.slice(0, cut).trimEnd());
    rest = indent + rest.slice(cut).trimStart();
  }
  return [...lines, rest];
}
