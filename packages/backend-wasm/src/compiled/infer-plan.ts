/**
 * A network in inference for one set of results, for batches up to a size: batch normalisations folded where that can
 * be, values in the scratch of whichever thread takes some images through the whole network. No image sees another one.
 */
import { inferenceBatch } from './batch.ts';
import { lowerForward, type Ground, type LoweredForward } from './forward-plan.ts';
import { PlacedSchedule } from './place.ts';
import { Preparation } from './preparation.ts';
import { ProgramWriter } from './program.ts';
import { placeLasting } from './train-plan.ts';
import type { Team } from './team/team.ts';

export class InferPlan {
  readonly capacity: number;
  readonly forward: LoweredForward;
  readonly #ground: Ground;
  readonly #team: Team;
  readonly #preparation: Preparation;
  readonly #placed: PlacedSchedule;
  readonly #lasting: readonly number[];
  readonly #prepare: number;
  readonly #programs = new Map<number, number>();
  #prepared = false;

  /** @param taps in use besides the outputs */
  constructor(ground: Ground, team: Team, taps: readonly string[], capacity: number) {
    const { heap } = ground;
    this.#ground = ground;
    this.#team = team;
    this.capacity = capacity;
    this.#preparation = new Preparation(heap);
    this.forward = lowerForward(ground, { taps, train: false }, this.#preparation);
    this.#lasting = placeLasting(ground, this.forward.lasting, capacity);
    const shard = inferenceBatch(capacity, team.threads).shards[0]?.count ?? 1;
    this.#placed = new PlacedSchedule(this.forward.schedule, { heap, capacity, shard });
    team.reserveScratch(Math.max(this.#placed.scratchBytes, this.#preparation.scratchBytes));
    const writer = new ProgramWriter(team.kernels);
    this.#preparation.write(writer);
    this.#prepare = team.add(writer.encode());
  }

  weightsChanged(): void {
    this.#prepared = false;
  }

  run(size: number): void {
    if (!this.#prepared) this.#team.run(this.#prepare);
    this.#prepared = true;
    let program = this.#programs.get(size);
    if (program === undefined) {
      const writer = new ProgramWriter(this.#team.kernels);
      this.#placed.write(writer, inferenceBatch(size, this.#team.threads));
      program = this.#team.add(writer.encode());
      this.#programs.set(size, program);
    }
    this.#team.run(program);
  }

  dispose(): void {
    for (const id of [...this.#programs.values(), this.#prepare]) this.#team.remove(id);
    for (const address of this.#lasting) this.#ground.heap.free(address);
    this.#placed.dispose();
    this.#preparation.dispose();
    this.forward.memory.dispose();
  }
}
