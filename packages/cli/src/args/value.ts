import { type Json, optionPath, UsageError } from '@cairn/core';
import type { FlagSpec, FlagValues } from './flags.ts';
import { parseSize } from './size.ts';

/**
 * The value of an option given by its path: a number, `true`, `false`, quoted text, a list or an object where the text
 * is JSON for one, else the text as it stands.
 * @param path of the option, for the message
 * @throws CAIRN_OPTION_INVALID for text that begins like an object and is none
 */
export function optionValue(path: string, text: string): Json {
  if (!/^(-?\d|true$|false$|"|\[|\{)/.test(text)) return text;
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // `12ep`, `0,6`, `[a`: text, of which the option's own schema is the judge.
    if (!text.startsWith('{')) return text;
    throw new UsageError('CAIRN_OPTION_INVALID', `--${path}: got ${text}, which is not JSON`, {
      fix: `quoted for the shell, names in double quotes: --${path}='{"name":1}'`,
      cause: error,
    });
  }
}

type Value = FlagValues<{ readonly flag: FlagSpec }>['flag'];

/**
 * @param name in camelCase
 * @throws CAIRN_FLAG_VALUE
 */
export function flagValue(name: string, spec: FlagSpec, text: string): Value {
  switch (spec.type) {
    case 'boolean':
      if (text === 'true' || text === 'false') return text === 'true';
      throw wrong(name, text, 'true or false; or the flag alone');
    case 'text':
    case 'texts':
      if (text !== '') return text;
      throw wrong(name, text, 'some text');
    case 'output':
      return { file: text };
    case 'wish':
      return { amount: numeric(name, { ...spec, type: 'amount' }, text) as number };
    case 'names':
      if (text.split(',').every((part) => part !== '')) return text.split(',');
      throw wrong(name, text, 'names joined by commas');
    case 'size':
      return parseSize(text) ?? refuse(name, text, 'a size such as 4GB or 500MB, or 0');
    case 'count':
    case 'amount':
    case 'counts':
      return numeric(name, spec, text);
  }
}

function numeric(name: string, spec: FlagSpec, text: string): number | readonly number[] {
  if (spec.type === 'counts') {
    const parts = text.replace(/^\[(.*)\]$/, '$1').split(',');
    if (parts.every((part) => /^\d+$/.test(part))) return parts.map(Number);
    throw wrong(name, text, `whole numbers joined by commas; "--${optionPath([name])}=0,1,2"?`);
  }
  if (spec.type === 'amount') {
    const value = Number(text);
    if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
    throw wrong(name, text, 'a number above 0');
  }
  const min = spec.min ?? 1;
  if (/^\d+$/.test(text) && Number(text) >= min) return Number(text);
  throw wrong(name, text, `a whole number, at least ${min}`);
}

function refuse(name: string, text: string, fix: string): never {
  throw wrong(name, text, fix);
}

function wrong(name: string, text: string, fix: string): UsageError {
  return new UsageError('CAIRN_FLAG_VALUE', `--${optionPath([name])}: got ${JSON.stringify(text)}`, { fix });
}
