/**
 * bench:study: a whole study, from the command to its table: a teacher, KD, RCO in one schedule and in four, three seeds
 * each. Ours with nothing shared and with fixed views shared; PyTorch's with `--peer=PYTHON`, which shares nothing.
 *
 *   npx nx run bench:study --peer=python3 [--json=FILE] [--repeats=N] [--only=cairn] [--only=eager] [--profile=smoke]
 */
import { atMost, interleave, spreadOf, startBench } from '../harness/index.ts';
import { ourWays, planned, timeOurs } from './ours.ts';
import { peerStudy, peerWays, timePeer } from './peer.ts';
import { showStudy } from './show.ts';

await startBench('study', async (bench) => {
  const { peer, picks, repeats = 1, profile = 'default' } = bench.options;
  const plan = await planned(profile);
  const ours = ourWays.map((way) => ({ name: way.name, run: () => timeOurs(way, profile) }));
  const study = peerStudy(profile, plan);
  const theirs =
    peer === undefined
      ? []
      : peerWays().map((way) => ({ name: way.name, run: () => timePeer(peer, way, study) }));
  const contenders = [...ours, ...theirs].filter(({ name }) => picks(name));
  const measured = await interleave(contenders, { rounds: repeats });
  const times = new Map([...measured].map(([name, values]) => [name, spreadOf(values)]));
  showStudy(bench, { study, times });
  const best = Math.min(...theirs.map(({ name }) => times.get(name)?.median ?? Infinity));
  for (const { name, target } of ourWays) {
    const time = times.get(name)?.median;
    if (time === undefined || !Number.isFinite(best)) continue;
    bench.target(atMost(target.name, time / best, target.goal));
  }
});
