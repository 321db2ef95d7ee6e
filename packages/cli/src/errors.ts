import { inspect, styleText } from 'node:util';
import { CairnError, UsageErrors } from '@cairn/core';

export interface ErrorStyle {
  /** Whether to add the stack. */
  readonly debug: boolean;
  readonly colour: boolean;
}

/** An error as the terminal shows it: what was wrong, below it what to do. Several mistakes are several blocks. */
export function errorLines(error: unknown, style: ErrorStyle): string[] {
  if (error instanceof UsageErrors) return error.errors.flatMap((each) => errorLines(each, style));
  if (!(error instanceof CairnError)) return unexpected(error, style);
  const [first = '', ...more] = error.message.split('\n');
  const stack = style.debug ? inspect(error).split('\n') : [];
  return [
    `${label('error', style)} ${error.code}  ${first}`,
    ...[...more, ...error.fix, ...stack].map((line) => `  ${line}`),
  ];
}

function unexpected(error: unknown, style: ErrorStyle): string[] {
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const [first = '', ...more] = what.split('\n');
  const head = `${label('error', style)} ${first}`;
  if (style.debug)
    return [
      head,
      ...inspect(error)
        .split('\n')
        .map((line) => `  ${line}`),
    ];
  return [
    head,
    ...more.map((line) => `  ${line}`),
    '  a fault in Cairn or in a plugin; --debug shows the stack',
    '  please report it with the stack and the command: see CONTRIBUTING.md',
  ];
}

function label(text: string, style: ErrorStyle): string {
  return style.colour ? styleText('red', text, { validateStream: false }) : text;
}
