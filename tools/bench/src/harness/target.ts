import { cellText } from './table.ts';

/** What a benchmark was made to show. A target that is missed fails nothing: a benchmark measures. */
export interface Target {
  /** Without spaces: `kd-step/ce/eager`. */
  readonly name: string;
  /** NaN where it could not be measured. */
  readonly figure: number;
  readonly goal: number;
  /** Whether the figure is to reach the goal from above or from below. */
  readonly sense: '>=' | '<=';
}

export function atLeast(name: string, figure: number, goal: number): Target {
  return { name, figure, goal, sense: '>=' };
}

export function atMost(name: string, figure: number, goal: number): Target {
  return { name, figure, goal, sense: '<=' };
}

export function isMet({ figure, goal, sense }: Target): boolean {
  return sense === '>=' ? figure >= goal : figure <= goal;
}

/** `target <name> <figure> <goal> ok|short` */
export function targetLine(target: Target): string {
  const { name, figure, goal, sense } = target;
  return `target ${name} ${cellText(figure)} ${sense}${cellText(goal)} ${isMet(target) ? 'ok' : 'short'}`;
}
