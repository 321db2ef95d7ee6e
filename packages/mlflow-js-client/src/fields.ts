/**
 * Bodies and queries, checked by the names of their fields. MLflow answers 200 to a field that its parser cannot read,
 * and goes on without it and without all that follows: a search loses its filter, an update its status.
 */
import { invalid } from './errors.ts';

const WHOLE = new Set(['start_time', 'end_time', 'timestamp', 'step', 'max_results']);
const VIEWS = ['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL'];
const RUN_STATUS = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'];
const MODEL_STATUS = ['LOGGED_MODEL_READY', 'LOGGED_MODEL_UPLOAD_FAILED'];
const CHOICES: Readonly<Record<string, readonly string[] | undefined>> = {
  view_type: VIEWS,
  run_view_type: VIEWS,
  status: [...RUN_STATUS, ...MODEL_STATUS],
};
const MAX_RESULTS = 50_000;

/**
 * What is undefined is left out of JSON, and so is not looked at.
 * @param of For messages: ` of metric a`.
 * @throws MlflowError that names the field
 */
export function checkFields<T>(value: T, of = '', name = 'body'): T {
  if (typeof value === 'object' && value !== null)
    for (const [key, part] of Object.entries(value)) checkFields(part, of, Array.isArray(value) ? name : key);
  else if (value !== undefined) {
    const expected = expectation(name, value);
    if (expected !== undefined)
      throw invalid(`${name}${of} is ${JSON.stringify(value)?.slice(0, 80) ?? typeof value}: ${expected}`);
  }
  return value;
}

function expectation(name: string, value: unknown): string | undefined {
  if (name === 'max_results')
    return Number.isInteger(value) && Number(value) > 0 && Number(value) <= MAX_RESULTS
      ? undefined
      : `1 to ${MAX_RESULTS} is expected`;
  if (WHOLE.has(name)) return Number.isSafeInteger(value) ? undefined : 'a whole number is expected';
  // A metric's: JSON has no others.
  if (name === 'value' && Number.isFinite(value)) return undefined;
  if (typeof value !== 'string') return 'text is expected';
  if (!value.isWellFormed()) return 'it has halves of characters (lone surrogates)';
  const choices = CHOICES[name];
  return choices?.includes(value) === false ? `one of ${choices.join(', ')} is expected` : undefined;
}
