/**
 * A network's training step for batches up to a size: values, statistics and gradients in memory, and the programs that
 * move them, made when a batch size or a set of gradients first comes up.
 */
import type { CompileUse } from '@cairn/core';
import { mostShards, trainingBatch, type Batch } from './batch.ts';
import type { Range } from './arrays.ts';
import { lowerBackward, type GradientBlocks, type LoweredBackward } from './backward-plan.ts';
import { lowerForward, type Ground, type LoweredForward } from './forward-plan.ts';
import { PlacedSchedule } from './place.ts';
import { Preparation } from './preparation.ts';
import { ProgramWriter } from './program.ts';
import type { Storage } from './storage.ts';
import type { Team } from './team/team.ts';

/** Floats that one task adds or updates. */
const rangeFloats = 16384;

interface Backward {
  readonly lowered: LoweredBackward;
  readonly placed: PlacedSchedule;
  readonly seeds: readonly number[];
  readonly preparation: Preparation;
  readonly programs: Map<number, number>;
  readonly prepare: number;
  prepared: boolean;
}

export class TrainPlan {
  readonly capacity: number;
  readonly forward: LoweredForward;
  readonly #ground: Ground;
  readonly #team: Team;
  readonly #blocks: GradientBlocks;
  readonly #preparation: Preparation;
  readonly #placed: PlacedSchedule;
  readonly #lasting: readonly number[];
  readonly #prepare: number;
  readonly #programs = new Map<number, number>();
  readonly #backward = new Map<string, Backward>();
  #prepared = false;

  /** @throws CAIRN_BACKEND_MEMORY; then nothing is kept */
  constructor(ground: Ground, team: Team, use: CompileUse, capacity: number, blocks: GradientBlocks) {
    this.#ground = ground;
    this.#team = team;
    this.#blocks = blocks;
    this.capacity = capacity;
    this.#preparation = new Preparation(ground.heap);
    this.forward = lowerForward(ground, use, this.#preparation);
    this.#lasting = placeLasting(ground, this.forward.lasting, capacity);
    for (const node of this.forward.nodes) this.#reserveSums(node.id);
    this.#placed = this.#place(this.forward.schedule);
    this.#prepare = this.#addPreparation(this.#preparation);
  }

  /** Weights have changed: what was derived from them is stale. */
  weightsChanged(): void {
    this.#prepared = false;
    for (const backward of this.#backward.values()) backward.prepared = false;
  }

  runForward(size: number): void {
    if (!this.#prepared) this.#team.run(this.#prepare);
    this.#prepared = true;
    this.#team.run(programOf(this.#programs, size, () => this.#write(this.#placed, trainingBatch(size), [])));
  }

  /** Parameters reached and storages to be filled for gradients of these results. */
  backwardFrom(names: readonly string[]): LoweredBackward {
    return this.#backwardOf(names).lowered;
  }

  /** @param size of the batch that was last taken forward */
  runBackward(names: readonly string[], size: number): void {
    const backward = this.#backwardOf(names);
    if (!backward.prepared) this.#team.run(backward.prepare);
    backward.prepared = true;
    const { placed, lowered, programs } = backward;
    this.#team.run(programOf(programs, size, () => this.#write(placed, trainingBatch(size), lowered.summed)));
  }

  dispose(): void {
    const { heap } = this.#ground;
    for (const { placed, seeds, preparation, programs, prepare } of this.#backward.values()) {
      for (const id of [...programs.values(), prepare]) this.#team.remove(id);
      for (const address of seeds) heap.free(address);
      placed.dispose();
      preparation.dispose();
    }
    for (const id of [...this.#programs.values(), this.#prepare]) this.#team.remove(id);
    for (const address of this.#lasting) heap.free(address);
    this.#placed.dispose();
    this.#preparation.dispose();
    this.forward.memory.dispose();
  }

  #reserveSums(node: string): void {
    const low = this.forward.nodes.find((n) => n.id === node);
    if (low?.step.node.op !== 'batchNorm') return;
    const channels = low.step.node.shape.at(-1) ?? 1;
    this.forward.memory.at(node, 'sums', mostShards * 16 * channels);
  }

  #backwardOf(names: readonly string[]): Backward {
    const key = names.join('\n');
    const known = this.#backward.get(key);
    if (known !== undefined) return known;
    const backward = this.#ground.heap.attempt(() => this.#makeBackward(names));
    this.#backward.set(key, backward);
    return backward;
  }

  #makeBackward(names: readonly string[]): Backward {
    const preparation = new Preparation(this.#ground.heap);
    const lowered = lowerBackward(this.#ground, this.forward, preparation, this.#blocks, names);
    const seeds = placeLasting(this.#ground, [...lowered.seeds.values()], this.capacity);
    const placed = this.#place(lowered.schedule);
    const prepare = this.#addPreparation(preparation);
    return { lowered, placed, seeds, preparation, prepare, programs: new Map(), prepared: false };
  }

  #place(schedule: LoweredForward['schedule']): PlacedSchedule {
    const { heap } = this.#ground;
    const shard = trainingBatch(this.capacity).shards[0]?.count ?? 1;
    const placed = new PlacedSchedule(schedule, { heap, capacity: this.capacity, shard });
    this.#team.reserveScratch(placed.scratchBytes);
    return placed;
  }

  #addPreparation(preparation: Preparation): number {
    this.#team.reserveScratch(preparation.scratchBytes);
    const writer = new ProgramWriter(this.#team.kernels);
    preparation.write(writer);
    return this.#team.add(writer.encode());
  }

  #write(placed: PlacedSchedule, batch: Batch, summed: readonly Range[]): number {
    const writer = new ProgramWriter(this.#team.kernels);
    placed.write(writer, batch);
    const { layout, whole, shards } = this.#blocks;
    writer.phase(
      splitRanges(summed).map(({ offset, floats }) => (emit) => {
        emit('sumBlocks', shards + offset, batch.shards.length, layout.bytes, whole + offset, floats);
      }),
    );
    return this.#team.add(writer.encode());
  }
}

/** Ranges short enough for a task each. */
export function splitRanges(ranges: readonly Range[], most = rangeFloats): readonly Range[] {
  return ranges.flatMap(({ offset, floats }) =>
    Array.from({ length: Math.ceil(floats / most) }, (_, i) => ({
      offset: offset + 4 * i * most,
      floats: Math.min(most, floats - i * most),
    })),
  );
}

/** Blocks for storages that outlive a pass; cleared, so that borders are zeros for good. */
export function placeLasting(
  { heap }: Pick<Ground, 'heap'>,
  storages: readonly Storage[],
  capacity: number,
): readonly number[] {
  const blocks: number[] = [];
  for (const storage of storages) {
    const address = heap.allocate(capacity * storage.imageBytes);
    blocks.push(address);
    storage.place(address, 'batch');
  }
  return blocks;
}

function programOf(programs: Map<number, number>, size: number, make: () => number): number {
  const known = programs.get(size);
  if (known !== undefined) return known;
  const id = make();
  programs.set(size, id);
  return id;
}
