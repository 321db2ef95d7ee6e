export { serve, type Handlers } from './answer.ts';
export { startBench, type Bench, type BenchOptions } from './bench.ts';
export { startChild, type Child } from './child.ts';
export { interleave, seconds, type Contender } from './interleave.ts';
export { describeMachine, type Machine } from './machine.ts';
export { spreadOf, type Spread } from './spread.ts';
export { tableLines, type Cell, type Table } from './table.ts';
export { atLeast, atMost, targetLine, type Target } from './target.ts';
