/** What tests of other executors need: graphs of every kind, and the float64 truth about them. */
export { parity, type Tolerances } from './parity/parity.ts';
export { randomGraph } from './parity/random-graph.ts';
export { parityZoo, type ParityCase } from './parity/zoo.ts';
