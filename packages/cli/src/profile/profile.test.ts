import type { Span } from '@cairn/core';
import { expect, test } from 'vitest';
import { chromeTrace } from './chrome-trace.ts';
import { profileLines } from './show.ts';
import { engineShare, summarise, type Recording } from './summary.ts';

function kernel(name: string, kind: Span['kind'], thread: number, start: number, end: number): Span {
  return { kernel: name, kind, thread, start, end };
}

/** Two steps of 100 ms on two threads, the first at 1000 ms; 20 ms between them belong to neither. */
const recording: Recording = {
  threads: 2,
  steps: [
    { start: 1000, end: 1100 },
    { start: 1120, end: 1220 },
  ],
  parts: [
    { part: 'data', start: 1000, end: 1004 },
    { part: 'forward', start: 1004, end: 1090 },
    { part: 'checkpoint', start: 1100, end: 1115 },
    { part: 'data', start: 1120, end: 1122 },
    { part: 'forward', start: 1122, end: 1216 },
  ],
  kernels: [
    kernel('conv', 'convolution', 0, 1010, 1060),
    kernel('conv', 'convolution', 1, 1010, 1050),
    kernel('barrier', 'wait', 1, 1050, 1060),
    kernel('conv', 'convolution', 0, 1130, 1190),
    kernel('conv', 'convolution', 1, 1130, 1200),
    kernel('crop', 'other', 0, 1001, 1003),
    kernel('accuracy', 'other', 0, 1092, 1093),
    kernel('elsewhere', 'other', 0, 1105, 1110),
  ],
};

test('parts and kernels of a mean step, and what is left', () => {
  const summary = summarise(recording);
  expect(summary).toMatchObject({ steps: 2, ms: 100 });
  const [data, forward, loop] = summary.parts;
  expect(data).toMatchObject({ part: 'data', ms: 3, share: 0.03 });
  expect(data?.kernels).toEqual([{ kernel: 'crop', kind: 'other', calls: 0.5, ms: 0.5, share: 0.005 }]);
  // (50 + 40 + 60 + 70) ms on two threads in two steps.
  expect(forward).toMatchObject({ part: 'forward', ms: 90, share: 0.9 });
  expect(forward?.kernels).toEqual([
    { kernel: 'conv', kind: 'convolution', calls: 2, ms: 55, share: 0.55 },
    { kernel: 'barrier', kind: 'wait', calls: 0.5, ms: 2.5, share: 0.025 },
  ]);
  expect(loop).toMatchObject({ part: 'loop', ms: 7, share: 0.07 });
  expect(loop?.kernels.map((k) => k.kernel)).toEqual(['accuracy']);
  expect(summary.outsideConvolutions).toBeCloseTo(0.45, 12);
});

test('the engine has the data, the loop, and of each checkpoint its share', () => {
  expect(engineShare(summarise(recording), 300, 15)).toBeCloseTo(0.03 + 0.07 + 0.02, 12);
});

test('the table ends with the step', () => {
  expect(profileLines(summarise(recording), 80)).toMatchInlineSnapshot(`
    [
      "part, kernel        calls       ms     share",
      "data                          3.00     3.0 %",
      "  crop                0.5     0.50     0.5 %",
      "  between kernels             2.50     2.5 %",
      "forward                      90.00    90.0 %",
      "  conv                  2    55.00    55.0 %",
      "  barrier             0.5     2.50     2.5 %",
      "  between kernels            32.50    32.5 %",
      "loop                          7.00     7.0 %",
      "  accuracy            0.5     0.25     0.3 %",
      "  between kernels             6.75     6.8 %",
      "step                        100.00   100.0 %",
    ]
  `);
});

test('a trace in microseconds from its beginning, threads by name', () => {
  const trace = chromeTrace({ ...recording, kernels: recording.kernels.slice(0, 2) });
  const events = trace['traceEvents'] as readonly { ph: string; name: string; tid: number; ts?: number }[];
  expect(events.filter((e) => e.ph === 'M').map((e) => e.tid)).toEqual([0, 1]);
  expect(events.at(-1)).toMatchInlineSnapshot(`
    {
      "args": {},
      "cat": "convolution",
      "dur": 40000,
      "name": "conv",
      "ph": "X",
      "pid": 0,
      "tid": 1,
      "ts": 10000,
    }
  `);
  expect(events.find((e) => e.name === 'step 1')?.ts).toBe(0);
});
