import { availableParallelism, cpus, totalmem } from 'node:os';

/** Where and when something was measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  /** Gigabytes. */
  readonly memory: number;
  readonly node: string;
  readonly v8: string;
  /** ISO 8601. */
  readonly date: string;
  /** What was typed. */
  readonly command: string;
}

export function describeMachine(command: string, now = new Date()): Machine {
  const [first] = cpus();
  return {
    cpu: `${first?.model.trim() ?? 'unknown'} (${process.arch})`,
    cores: availableParallelism(),
    memory: Math.round(totalmem() / 1e9),
    node: process.versions.node,
    v8: process.versions.v8,
    date: now.toISOString(),
    command,
  };
}

export function machineLine({ cpu, cores, memory, node, date }: Machine): string {
  return `${cpu}, ${cores} cores, ${memory} GB; Node ${node}; ${date.slice(0, 16)}Z`;
}
