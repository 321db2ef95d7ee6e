import type { JsonObject } from '@cairn/core';
import { CairnError } from '@cairn/core';
import { interleave, spreadOf, startChild, type Bench, type Child, type Spread } from '../harness/index.ts';
import { batch, type Setting } from './settings.ts';

export interface Measured {
  readonly setting: Setting;
  /** Images a second. */
  readonly speed: Spread;
  /** What the process said of itself. */
  readonly about: JsonObject;
}

/** Seconds that one repeat should take: long enough for the clock, short enough for many turns. */
const TURN_SECONDS = 0.8;
const PAUSE = 30;

interface Ready {
  readonly setting: Setting;
  readonly child: Child;
  readonly about: JsonObject;
  /** Steps of a repeat. */
  readonly steps: number;
}

/** Measures all settings in turns. One that cannot run is told and left out. */
export async function measureSteps(bench: Bench, settings: readonly Setting[]): Promise<readonly Measured[]> {
  const ready: Ready[] = [];
  try {
    // One after the other: a compiler takes the cores from what is measured beside it.
    for (const setting of settings) {
      const found = await prepare(bench, setting);
      if (found !== undefined) ready.push(found);
    }
    const contenders = ready.map(({ setting, child, steps }) => ({
      name: setting.name,
      run: async () => (steps * batch) / (await secondsOf(child, steps)),
    }));
    const speeds = await interleave(contenders, { rounds: bench.options.repeats ?? 7, pause: PAUSE });
    return ready.map(({ setting, about }) => ({
      setting,
      about,
      speed: spreadOf(speeds.get(setting.name) ?? []),
    }));
  } finally {
    for (const { child } of ready) child.close();
  }
}

async function prepare(bench: Bench, setting: Setting): Promise<Ready | undefined> {
  const child = startChild(setting.name, setting.command);
  try {
    const about = await child.ask(setting.prepare, setting.patience);
    const once = await secondsOf(child, 1);
    return { setting, child, about, steps: Math.max(1, Math.round(TURN_SECONDS / once)) };
  } catch (error) {
    child.close();
    if (!(error instanceof CairnError)) throw error;
    bench.say([`left out  ${error.message}`, ...error.fix.slice(-3).map((line) => `  ${line}`)].join('\n'));
    return undefined;
  }
}

async function secondsOf(child: Child, steps: number): Promise<number> {
  const { seconds } = await child.ask({ do: 'repeat', steps }, 120);
  return Number(seconds);
}
