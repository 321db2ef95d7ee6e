/** What a worker and its machine do, every ten seconds, into `system.jsonl` beside the journal. Never a condition of training. */
import { spawn, type ChildProcess } from 'node:child_process';
import { cpus, freemem, totalmem } from 'node:os';
import type { Store } from '@cairn/core';
import { encodeSample, SAMPLES } from '@cairn/tracking';

const EVERY_MS = 10_000;
const MB = 1e6;

export interface Sampling {
  stop(): void;
}

interface Clock {
  readonly time: number;
  /** Milliseconds of all processors since the start of the machine. */
  readonly idle: number;
  readonly total: number;
  /** Microseconds of this process. */
  readonly own: number;
}

/** @param store the run's folder */
export function sampleSystem(store: Store, every = EVERY_MS): Sampling {
  let before = clockNow();
  const gpu = watchGpus(every);
  let failed = false;
  const sample = (): void => {
    const now = clockNow();
    const values = { ...machineValues(before, now), ...gpu.values };
    before = now;
    if (failed) return;
    // Unsynced: a sample that a power cut takes is no loss. A disk that takes none will tell the journal too.
    store.append(SAMPLES, encodeSample({ time: now.time, values })).catch(() => (failed = true));
  };
  const timer = setInterval(sample, every);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      gpu.stop();
    },
  };
}

function clockNow(): Clock {
  let [idle, total] = [0, 0];
  for (const { times } of cpus()) {
    idle += times.idle;
    total += times.user + times.nice + times.sys + times.idle + times.irq;
  }
  const { user, system } = process.cpuUsage();
  return { time: Date.now(), idle, total, own: user + system };
}

/** By MLflow's names where it has one. `process_cpu_percentage`: 100 is one core. */
export function machineValues(before: Clock, now: Clock): Record<string, number> {
  const total = now.total - before.total;
  const passed = now.time - before.time;
  const used = totalmem() - freemem();
  return {
    ...(total > 0 ? { cpu_utilization_percentage: percent((total - (now.idle - before.idle)) / total) } : {}),
    ...(passed > 0 ? { process_cpu_percentage: percent((now.own - before.own) / 1000 / passed) } : {}),
    process_memory_megabytes: rounded(process.memoryUsage.rss() / MB),
    system_memory_usage_megabytes: rounded(used / MB),
    system_memory_usage_percentage: percent(used / totalmem()),
  };
}

function percent(fraction: number): number {
  return rounded(100 * fraction);
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

interface Gpus {
  readonly values: Record<string, number>;
  stop(): void;
}

const FIELDS = 'index,utilization.gpu,memory.used,memory.total,power.draw';

/** One helper for the whole run, where the driver has brought it. */
function watchGpus(every: number): Gpus {
  const values: Record<string, number> = {};
  const seconds = String(Math.max(1, Math.round(every / 1000)));
  const args = [`--query-gpu=${FIELDS}`, '--format=csv,noheader,nounits', '-l', seconds];
  const child: ChildProcess = spawn('nvidia-smi', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  child.on('error', () => undefined); // no such program: no such device
  child.stdout?.on('data', (chunk: Buffer) => {
    for (const line of chunk.toString().split('\n')) Object.assign(values, gpuValues(line));
  });
  child.unref();
  (child.stdout as unknown as { unref?: () => void } | null)?.unref?.();
  return { values, stop: () => void child.kill() };
}

/** A line of `nvidia-smi`; fields that it does not know are `[N/A]`. */
export function gpuValues(line: string): Record<string, number> {
  const [index, utilization, used, total, power] = line.split(',').map((field) => Number.parseFloat(field));
  if (index === undefined || !Number.isInteger(index)) return {};
  const values: Record<string, number | undefined> = {
    utilization_percentage: utilization,
    memory_usage_megabytes: used,
    memory_usage_percentage:
      used !== undefined && total !== undefined && total > 0 ? percent(used / total) : undefined,
    power_usage_watts: power,
  };
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined || !Number.isFinite(value) ? [] : [[`gpu_${index}_${name}`, value]],
    ),
  );
}
