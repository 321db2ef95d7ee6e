import type { Task } from './dataset.ts';
import type { NetworkGraph } from './network.ts';

/** A family of networks. It contains no tensor code: it writes a graph. */
export interface Model {
  graph(task: Task): NetworkGraph;
}
