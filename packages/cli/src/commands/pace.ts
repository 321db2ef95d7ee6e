import { UsageError } from '@cairn/core';
import { paceSpec } from '../args/specs.ts';
import type { Command } from '../command.ts';
import { paceOf } from '../doctor/pace.ts';
import { print } from '../output.ts';

/** `cairn pace <backend> <way>`: milliseconds of a step, in a process of its own since a way may need flags of V8. */
export const pace: Command<typeof paceSpec.flags> = {
  spec: paceSpec,
  async execute({ arguments: [id = '', way = ''] }, host) {
    const backend = await host.backends[id]?.();
    if (backend === undefined) throw new UsageError('CAIRN_BACKEND_UNKNOWN', `backend: got "${id}"`);
    await backend.activate({ threads: 1, way });
    print(host.out, String(await paceOf(backend)));
    return 0;
  },
};
