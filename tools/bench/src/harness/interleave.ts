/**
 * Measurements in turns. A machine's speed drifts with its neighbours by a third and more within minutes: only what ran
 * side by side can be compared.
 */

/** Something that can be measured again and again. */
export interface Contender {
  readonly name: string;
  /** One repeat; what it returns is the measurement, in a unit of its own. */
  run(): number | Promise<number>;
}

/** Seconds that an action takes. */
export async function seconds(action: () => unknown): Promise<number> {
  const start = performance.now();
  await action();
  return (performance.now() - start) / 1000;
}

/**
 * Runs every contender once in each round; each round begins with the next one, so that none always follows the same.
 * @param rounds repeats of each contender
 * @param budget seconds after which no further round begins; at least one round runs
 * @param pause milliseconds between two turns, in which the one before comes to rest
 * @returns measurements by name, in their order
 */
export async function interleave(
  contenders: readonly Contender[],
  { rounds, budget = Infinity, pause = 0 }: { rounds: number; budget?: number; pause?: number },
): Promise<ReadonlyMap<string, readonly number[]>> {
  const measured = new Map(contenders.map(({ name }) => [name, [] as number[]]));
  if (measured.size !== contenders.length) throw new RangeError('two contenders have one name');
  const start = performance.now();
  for (let round = 0; round < rounds; round++) {
    if (round > 0 && performance.now() - start > budget * 1000) break;
    for (let turn = 0; turn < contenders.length; turn++) {
      const contender = contenders[(turn + round) % contenders.length];
      if (contender === undefined) continue;
      measured.get(contender.name)?.push(await contender.run());
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  return measured;
}
