/**
 * bench:kd-step: a training step of ResNet-20 by cross-entropy and one taught by ResNet-56, batch 64, on made images: ours
 * through the backend's real path, and PyTorch's with `--peer=PYTHON`. Every setting is a process that lives as long as
 * the benchmark; their repeats take turns.
 *
 *   npx nx run bench:kd-step --peer=python3 [--json=FILE] [--repeats=N] [--only=kd]
 */
import { startBench } from '../harness/index.ts';
import { measureSteps } from './measure.ts';
import { ourSettings, peerSettings } from './settings.ts';
import { showSteps } from './show.ts';

await startBench('kd-step', async (bench) => {
  for (const task of ['ce', 'kd'] as const) {
    if (!bench.options.picks(task)) continue;
    const peer = bench.options.peer === undefined ? [] : peerSettings(bench.options.peer, task);
    showSteps(bench, task, await measureSteps(bench, [...ourSettings(task), ...peer]));
  }
});
