import { suggestion, UsageError } from '@cairn/core';
import type { ArgumentSpec, CommandSpec } from './flags.ts';

/** What is wrong with the arguments that are not flags: missing, too many, none of the choices. */
export function checkArguments(
  spec: CommandSpec,
  given: readonly string[],
  studies: readonly string[],
): readonly UsageError[] {
  const errors: UsageError[] = [];
  spec.arguments.forEach((argument, i) => {
    const choices = argument.choices === 'studies' ? studies : argument.choices;
    const values = argument.many === true ? given.slice(i) : given.slice(i, i + 1);
    if (values.length === 0 && argument.optional !== true) errors.push(missing(spec, argument, choices));
    for (const value of values) {
      if (choices === undefined || choices.includes(value)) continue;
      errors.push(
        new UsageError('CAIRN_ARGUMENT_UNKNOWN', `cairn ${spec.name}: no ${argument.name} "${value}"`, {
          fix: suggestion(value, choices),
        }),
      );
    }
  });
  const last = spec.arguments.at(-1);
  const extra = last?.many === true ? undefined : given[spec.arguments.length];
  if (extra !== undefined) {
    errors.push(
      new UsageError('CAIRN_ARGUMENT_UNKNOWN', `cairn ${spec.name}: "${extra}" is one argument too many`, {
        fix: usageLine(spec),
      }),
    );
  }
  return errors;
}

function missing(
  spec: CommandSpec,
  argument: ArgumentSpec,
  choices: readonly string[] | undefined,
): UsageError {
  const known = choices === undefined ? argument.summary : `known: ${choices.join(', ') || 'none'}`;
  return new UsageError('CAIRN_ARGUMENT_MISSING', `cairn ${spec.name}: which ${argument.name}?`, {
    fix: [usageLine(spec), known],
  });
}

/** `cairn run <study> [flags] [--option.path=VALUE]` */
export function usageLine(spec: CommandSpec): string {
  const positionals = spec.arguments.map((a) => {
    const name = a.many === true ? `${a.name}…` : a.name;
    return a.optional === true ? `[${name}]` : `<${name}>`;
  });
  const flags = Object.keys(spec.flags).length > 0 ? ['[flags]'] : [];
  const paths = spec.overrides === true ? ['[--option.path=VALUE]'] : [];
  return ['cairn', spec.name, ...positionals, ...flags, ...paths].join(' ');
}
