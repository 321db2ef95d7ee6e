import { type Network, RouteError } from '@cairn/core';
import { hashWeights } from '@cairn/nn';

/** Proves that a network which must not change has not: parameters and buffers, as they are on the backend. */
export class TeacherGuard {
  readonly sha256: string;
  readonly #network: Network;
  readonly #name: string;

  /** @param sha256 what `hashWeights` must give */
  constructor(network: Network, name: string, sha256: string) {
    this.#network = network;
    this.#name = name;
    this.sha256 = sha256;
  }

  /** Takes the network as it is now. */
  static async start(network: Network, name: string): Promise<TeacherGuard> {
    return new TeacherGuard(network, name, await hashWeights((await network.save()).weights));
  }

  /** @throws CAIRN_WEIGHTS_MOVED */
  async verify(): Promise<void> {
    const found = await hashWeights((await this.#network.save()).weights);
    if (found === this.sha256) return;
    const message = `${this.#name}: its weights have moved: expected ${this.sha256}, found ${found}`;
    throw new RouteError('CAIRN_WEIGHTS_MOVED', message, {
      fix: 'a fault in the backend or in a plugin that trains what is frozen: do not use what this run produced',
    });
  }
}
