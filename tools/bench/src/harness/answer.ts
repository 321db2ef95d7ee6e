/** The other end of a `Child`: reads a line of JSON for each request, writes one for its answer. */
import { createInterface } from 'node:readline';
import type { JsonObject } from '@cairn/core';

export type Handlers = Readonly<Record<string, (request: JsonObject) => Promise<JsonObject> | JsonObject>>;

/** Calls the handler that a request's `do` names; an error is an answer too. Returns when standard input ends. */
export async function serve(handlers: Handlers): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line) as JsonObject;
    process.stdout.write(`${JSON.stringify(await answer(handlers, request))}\n`);
  }
}

async function answer(handlers: Handlers, request: JsonObject): Promise<JsonObject> {
  const name = request['do'];
  const handler = typeof name === 'string' ? handlers[name] : undefined;
  if (handler === undefined) return { error: `no such request: ${JSON.stringify(name)}` };
  try {
    return await handler(request);
  } catch (error) {
    console.error(error);
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
