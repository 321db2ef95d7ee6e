import { atLeast, type Bench } from '../harness/index.ts';
import type { StepTask } from '../steps/steps.ts';
import type { Measured } from './measure.ts';
import { batch } from './settings.ts';

const titles: Readonly<Record<StepTask, string>> = {
  ce: 'ResNet-20 by cross-entropy',
  kd: 'ResNet-56 teaches ResNet-20',
};

type Group = Measured['setting']['group'];

/** The table of a task, and its targets where the peer ran. */
export function showSteps(bench: Bench, task: StepTask, measured: readonly Measured[]): void {
  const fastest = (...groups: Group[]): number => {
    const speeds = measured.filter((m) => groups.includes(m.setting.group)).map((m) => m.speed.median);
    return speeds.length === 0 ? NaN : Math.max(...speeds);
  };
  const [eager, all] = [fastest('eager'), fastest('eager', 'compile')];
  bench.table({
    title: `${titles[task]}, batch ${batch}`,
    columns: [
      'setting, threads',
      ['median', 'images/s'],
      ['quartiles', 'images/s'],
      ['', 'to best eager'],
      ['', 'to best of all'],
    ],
    rows: measured.map(({ setting, speed: { median, low, high } }) => [
      setting.name,
      median,
      `${low.toFixed(0)}–${high.toFixed(0)}`,
      Number.isNaN(eager) ? undefined : (median / eager).toFixed(2),
      Number.isNaN(all) ? undefined : (median / all).toFixed(2),
    ]),
  });
  bench.keep(`settings-${task}`, Object.fromEntries(measured.map((m) => [m.setting.name, m.about])));
  if (bench.options.peer === undefined) return;
  bench.target(atLeast(`kd-step/${task}/eager`, fastest('ours') / eager, 1));
  bench.target(atLeast(`kd-step/${task}/eager-revectorised`, fastest('wide') / eager, 1.3));
  bench.target(atLeast(`kd-step/${task}/best-of-all`, fastest('ours', 'wide') / all, 1));
}
