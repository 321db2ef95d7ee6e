import type { JsonObject } from '@cairn/core';
import type { Recording } from './summary.ts';

/**
 * The recording as Chrome's trace viewer and Perfetto read it (the Trace Event Format's complete events): threads as
 * rows, a step's parts above the kernels of the main thread.
 */
export function chromeTrace({ threads, steps, parts, kernels }: Recording): JsonObject {
  const origin = Math.min(...[...steps, ...parts].map(({ start }) => start));
  const event = (
    name: string,
    category: string,
    thread: number,
    { start, end }: { readonly start: number; readonly end: number },
    args: JsonObject = {},
  ): JsonObject => ({
    name,
    cat: category,
    ph: 'X',
    ts: microseconds(start - origin),
    dur: microseconds(end - start),
    pid: 0,
    tid: thread,
    args,
  });
  const names = Array.from({ length: threads }, (_, thread) => ({
    name: 'thread_name',
    ph: 'M',
    pid: 0,
    tid: thread,
    args: { name: thread === 0 ? 'main thread' : `thread ${thread}` },
  }));
  return {
    displayTimeUnit: 'ms',
    traceEvents: [
      ...names,
      ...steps.map((span, i) => event(`step ${i + 1}`, 'step', 0, span)),
      ...parts.map((span) => event(span.part, 'part', 0, span)),
      ...kernels.map((span) =>
        event(span.kernel, span.kind, span.thread, span, span.node === undefined ? {} : { node: span.node }),
      ),
    ],
  };
}

function microseconds(ms: number): number {
  return Math.round(ms * 1000);
}
