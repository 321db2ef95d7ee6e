/** One thing that `cairn doctor` looked at. */
export interface Finding {
  readonly topic: string;
  /** `absent`: not here, and only some studies would need it. */
  readonly state: 'ok' | 'absent' | 'problem';
  readonly text: string;
  /** What to do, a line each. */
  readonly mend?: readonly string[];
}
