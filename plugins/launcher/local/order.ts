import { PluginError, type RunTask, type TaskEnd } from '@cairn/core';

interface Ids {
  has(id: string): boolean;
  readonly size: number;
}

/**
 * What to do next: the first task of the list whose predecessors all ended. It is skipped where one of them ended
 * badly. Undefined where tasks under way must end first, or nothing is left.
 * @throws CAIRN_PLUGIN_LAUNCHER for predecessors that are unknown or go round in a circle
 */
export function nextTask(
  tasks: readonly RunTask[],
  ends: ReadonlyMap<string, TaskEnd>,
  running: Ids,
): { readonly task: RunTask; readonly action: 'start' | 'skip' } | undefined {
  const waiting = tasks.filter((task) => !ends.has(task.id) && !running.has(task.id));
  for (const task of waiting) {
    const before = task.after.map((id) => ends.get(id));
    if (before.some((end) => end !== undefined && end.exitCode !== 0)) return { task, action: 'skip' };
    if (before.every((end) => end !== undefined)) return { task, action: 'start' };
  }
  if (waiting.length > 0 && running.size === 0) throw stuck(waiting, tasks);
  return undefined;
}

function stuck(waiting: readonly RunTask[], tasks: readonly RunTask[]): PluginError {
  const known = new Set(tasks.map((task) => task.id));
  for (const task of waiting) {
    const unknown = task.after.find((id) => !known.has(id));
    if (unknown !== undefined) {
      return new PluginError(
        'CAIRN_PLUGIN_LAUNCHER',
        `task "${task.id}" follows "${unknown}", which is no task`,
      );
    }
  }
  const circle = waiting.map((task) => task.id).join(', ');
  return new PluginError('CAIRN_PLUGIN_LAUNCHER', `tasks wait for each other: ${circle}`);
}
