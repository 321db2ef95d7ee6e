import { CairnError } from '@cairn/core';

/**
 * One thing that was looked at. `wrong`: not what was recorded. `changed`: the present is another one, as code and
 * libraries may be. `absent`: not there to be looked at.
 */
export interface Finding {
  /** Such as `weights/last`. */
  readonly what: string;
  readonly state: 'good' | 'wrong' | 'changed' | 'absent';
  readonly text: string;
}

/** All that was looked at of a run or a route. */
export interface Verified {
  readonly name: string;
  readonly findings: readonly Finding[];
}

/** A hash against what it should be. */
export function sameHash(what: string, expected: string | undefined, found: string): Finding {
  if (expected === undefined) return { what, state: 'absent', text: `not recorded; found ${found}` };
  if (expected === found) return { what, state: 'good', text: found.slice(0, 16) };
  return { what, state: 'wrong', text: `expected ${expected}, found ${found}` };
}

/** What an action finds, or the error that it meets. Anything but a CairnError is a fault of ours. */
export async function finding(what: string, look: () => Promise<Finding>): Promise<Finding> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof CairnError)) throw error;
    return { what, state: 'wrong', text: `${error.code}  ${error.message}` };
  }
}
