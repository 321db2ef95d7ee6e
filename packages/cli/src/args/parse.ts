/** Reads a command's arguments, flags and options by path. Pure; reports every mistake at once. */
import {
  type CairnError,
  isPluginKind,
  type Json,
  nearest,
  optionPath,
  type Overrides,
  pluginKinds,
  studySchema,
  throwAll,
  UsageError,
} from '@cairn/core';
import { checkArguments } from './arguments.ts';
import { type CommandSpec, type FlagSpec, type FlagSpecs, globalFlags } from './flags.ts';
import { flagValue, optionValue } from './value.ts';

export interface ParsedLine {
  readonly arguments: readonly string[];
  /** By name in camelCase; booleans always, others where given. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly overrides: Overrides;
}

/** What has been read so far. */
interface Reading {
  readonly positionals: string[];
  readonly flags: Map<string, unknown>;
  readonly overrides: Map<string, Json>;
  readonly errors: CairnError[];
}

/**
 * @param studies names that an argument `choices: 'studies'` accepts
 * @throws CAIRN_FLAG_UNKNOWN, CAIRN_FLAG_VALUE, CAIRN_ARGUMENT_MISSING, CAIRN_ARGUMENT_UNKNOWN; several together
 */
export function parseLine(
  spec: CommandSpec,
  argv: readonly string[],
  studies: readonly string[] = [],
): ParsedLine {
  const flags: FlagSpecs = { ...spec.flags, ...globalFlags };
  const reading: Reading = { positionals: [], flags: new Map(), overrides: new Map(), errors: [] };
  for (const [name, flag] of Object.entries(flags)) {
    if (flag.type === 'boolean') reading.flags.set(name, false);
  }
  const rest = [...argv];
  for (let token = rest.shift(); token !== undefined; token = rest.shift()) {
    if (token === '--') reading.positionals.push(...rest.splice(0));
    else if (token === '-h') reading.flags.set('help', true);
    else if (/^-+[^-\d]/.test(token)) readFlag(spec, flags, token, rest, reading);
    else reading.positionals.push(token);
  }
  if (reading.flags.get('help') !== true) {
    // After an unknown flag nobody knows which words are arguments.
    const certain = reading.errors.every((error) => error.code !== 'CAIRN_FLAG_UNKNOWN');
    if (certain) reading.errors.push(...checkArguments(spec, reading.positionals, studies));
    throwAll(reading.errors);
  }
  return {
    arguments: reading.positionals,
    flags: Object.fromEntries(reading.flags),
    overrides: Object.fromEntries(reading.overrides),
  };
}

function readFlag(
  spec: CommandSpec,
  flags: FlagSpecs,
  token: string,
  rest: string[],
  reading: Reading,
): void {
  const equals = token.indexOf('=');
  const written = token.slice(0, equals === -1 ? undefined : equals).replace(/^-+/, '');
  const given = equals === -1 ? undefined : token.slice(equals + 1);
  const name = Object.keys(flags).find((key) => key === written || optionPath([key]) === written);
  const flag = name === undefined ? undefined : flags[name];
  try {
    if (name !== undefined && flag !== undefined) {
      const value = readValue(name, flag, given, rest);
      const before = reading.flags.get(name) as readonly unknown[] | undefined;
      reading.flags.set(name, flag.type === 'texts' ? [...(before ?? []), value] : value);
    } else if (spec.overrides === true && isOption(written)) {
      const text = given ?? takeValue(rest) ?? refuseBare(written);
      // Set again, it moves to the end: overrides act in their order.
      reading.overrides.delete(written);
      reading.overrides.set(written, optionValue(written, text));
    } else {
      throw unknownFlag(spec, flags, written);
    }
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    reading.errors.push(error);
  }
}

function readValue(name: string, flag: FlagSpec, given: string | undefined, rest: string[]): unknown {
  if (flag.type === 'boolean') return given === undefined ? true : flagValue(name, flag, given);
  if (flag.type === 'output') {
    const [next] = rest;
    const follows = given === undefined && next !== undefined && /\.json$|^[^-].*[\\/]/.test(next);
    const file = follows ? rest.shift() : given;
    return { file: file === '' ? undefined : file };
  }
  if (flag.type === 'wish' && given === undefined) return { amount: undefined };
  return flagValue(name, flag, given ?? takeValue(rest) ?? refuseBare(optionPath([name])));
}

/** The next token, unless it is a flag. A negative number is a value. */
function takeValue(rest: string[]): string | undefined {
  const [next] = rest;
  return next === undefined || /^-+[^-\d.]/.test(next) ? undefined : rest.shift();
}

function refuseBare(written: string): never {
  throw new UsageError('CAIRN_FLAG_VALUE', `--${written}: no value`, { fix: `--${written}=VALUE` });
}

/** A path with a dot, a plugin kind, or a top-level key of a study. */
function isOption(written: string): boolean {
  return written.includes('.') || isPluginKind(written) || studyKeys.includes(written);
}

const studyKeys = Object.keys(studySchema.shape).map((key) => optionPath([key]));

function unknownFlag(spec: CommandSpec, flags: FlagSpecs, written: string): UsageError {
  const own = Object.keys(flags).map((key) => optionPath([key]));
  const close = nearest(written, spec.overrides === true ? [...own, ...pluginKinds, ...studyKeys] : own);
  const help = `cairn help ${spec.name} lists the flags`;
  return new UsageError('CAIRN_FLAG_UNKNOWN', `--${written}: cairn ${spec.name} has no such flag`, {
    fix: close === undefined ? help : [`"--${close}"?`, help],
  });
}
