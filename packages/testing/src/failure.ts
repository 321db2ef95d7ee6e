import { CairnError, UsageErrors } from '@cairn/core';

/**
 * The whole text of the error that an action raises, for inline snapshots: code and message, then a line per fix.
 * @throws whatever is no CairnError, and an Error where nothing was raised
 */
export async function failureOf(action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (error) {
    if (error instanceof UsageErrors) return error.errors.map(textOf).join('\n');
    if (error instanceof CairnError) return textOf(error);
    throw error;
  }
  throw new Error('expected an error, none was raised');
}

function textOf(error: CairnError): string {
  return [`${error.code} ${error.message}`, ...error.fix].join('\n');
}
