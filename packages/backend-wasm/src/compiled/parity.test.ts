/** The compiled executor held to the float64 reference, with one thread and with more. */
import type { CompileUse, NetworkGraph } from '@cairn/core';
import { parity, parityZoo, randomGraph } from '@cairn/nn/test-support';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { activateWasm } from '../activate.ts';
import { CompiledNetwork } from './compiled-network.ts';
import { Team } from './team/team.ts';
import { sharedModule } from './test-support/shared-module.ts';

const randomGraphs = Array.from({ length: 20 }, (_, i) => randomGraph(i + 1));

describe.each([
  { build: 'fma', winograd: true, threads: 2 },
  { build: 'simd', winograd: false, threads: 1 },
] as const)('$build, Winograd $winograd, threads $threads', ({ build, winograd, threads }) => {
  let team: Team;
  beforeAll(async () => {
    await activateWasm();
    team = await Team.start({ module: sharedModule(build), threads });
  });
  afterAll(() => team.close());

  test.each([...parityZoo, ...randomGraphs])('$name', (c) =>
    parity(
      {
        compile: (graph: NetworkGraph, use: CompileUse) =>
          new CompiledNetwork(graph, use, { team, winograd }),
      },
      c,
    ),
  );
});
