import {
  type Anchor,
  type AnchorId,
  type Batch,
  type Manifest,
  type NetInfo,
  type Network,
  type Outputs,
  RouteError,
  type Store,
  type Teacher,
} from '@cairn/core';
import { add, div, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { findAnchor, loadAnchor } from './load-anchor.ts';
import { TeacherGuard } from './teacher-guard.ts';

export interface AnchorTeacherOptions {
  /** The folder of all routes. */
  readonly store: Store;
  readonly route: Manifest;
  /** Compiles the teacher for inference, with the taps that will be asked for. Called once per member. */
  readonly compile: () => Network;
}

/** A compiled network and the anchor that it holds. */
interface Member {
  readonly network: Network;
  readonly anchor: Anchor;
  readonly guard: TeacherGuard;
}

/**
 * Supervises by recorded states: one anchor, or the mean logits of several. A network is compiled once and loaded
 * again when the anchor changes; what it holds is proven to be the anchor when it is loaded and when it is left.
 */
export class AnchorTeacher implements Teacher {
  readonly #options: AnchorTeacherOptions;
  #members: readonly Member[] = [];

  private constructor(options: AnchorTeacherOptions) {
    this.#options = options;
  }

  /** @throws as `use` */
  static async create(
    options: AnchorTeacherOptions,
    anchors: readonly [AnchorId, ...AnchorId[]],
  ): Promise<AnchorTeacher> {
    const teacher = new AnchorTeacher(options);
    await teacher.use(anchors);
    return teacher;
  }

  /** `<route>/<step>@<sha256>` of each member, joined by `+`. */
  get identity(): string {
    return this.#members
      .map(({ anchor }) => `${this.#options.route.id}/${anchor.id}@${anchor.sha256}`)
      .join('+');
  }

  /** Of several anchors there are the logits alone: features of different states have no mean. */
  get info(): NetInfo {
    const { info } = this.#first().network;
    if (this.#members.length === 1) return info;
    const { logits = [] } = info.outputs;
    return { outputs: { logits }, taps: {} };
  }

  /**
   * Changes the anchors. Nothing is done where they are the same.
   * @throws CAIRN_WEIGHTS_MOVED for the ones left, CAIRN_ANCHOR_MISSING, CAIRN_ANCHOR_ALTERED and their kin
   */
  async use(anchors: readonly [AnchorId, ...AnchorId[]]): Promise<void> {
    if (anchors.join() === this.#members.map((m) => m.anchor.id).join()) return;
    await this.verify();
    const networks = this.#members.map((m) => m.network);
    const members: Member[] = [];
    this.#members = [];
    try {
      for (const id of anchors) members.push(await this.#load(id, networks.shift()));
    } catch (error) {
      for (const { network } of members) network.dispose();
      throw error;
    } finally {
      for (const network of networks) network.dispose();
    }
    this.#members = members;
  }

  async supervise(batch: Batch, wanted?: readonly string[]): Promise<Outputs> {
    if (this.#members.length <= 1) return this.#first().network.infer(batch.inputs, wanted);
    const each: Tensor[] = [];
    try {
      for (const { network } of this.#members) each.push(await logitsOf(network, batch.inputs));
      return {
        logits: tidy(() =>
          div(
            each.reduce((sum, logits) => add(sum, logits)),
            each.length,
          ),
        ),
      };
    } finally {
      for (const logits of each) logits.dispose();
    }
  }

  /** Call it at the end of a run. @throws CAIRN_WEIGHTS_MOVED */
  async verify(): Promise<void> {
    for (const { guard } of this.#members) await guard.verify();
  }

  dispose(): void {
    for (const { network } of this.#members) network.dispose();
    this.#members = [];
  }

  async #load(id: AnchorId, used: Network | undefined): Promise<Member> {
    const { store, route, compile } = this.#options;
    let network = used;
    try {
      const weights = await loadAnchor(store, route, id);
      network ??= compile();
      network.load({ weights, optimizer: {}, updates: 0 });
      const anchor = findAnchor(route, id);
      const guard = new TeacherGuard(network, `anchor ${id} of route ${route.id}`, anchor.sha256);
      await guard.verify();
      return { network, anchor, guard };
    } catch (error) {
      network?.dispose();
      throw error;
    }
  }

  #first(): Member {
    const [first] = this.#members;
    if (first === undefined) {
      throw new RouteError(
        'CAIRN_ANCHOR_NONE',
        'this teacher is disposed, or loading its anchor has failed',
        {
          fix: 'use(anchors) first',
        },
      );
    }
    return first;
  }
}

async function logitsOf(network: Network, inputs: Outputs): Promise<Tensor> {
  const { logits } = await network.infer(inputs, ['logits']);
  if (logits === undefined) throw new TypeError('a network without logits'); // its graph would be refused
  return logits;
}
