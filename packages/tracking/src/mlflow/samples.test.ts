import { expect, test } from 'vitest';
import { encodeSample, samplePoints } from './samples.ts';

test('a line is a step; torn and foreign lines are passed over', () => {
  const text =
    encodeSample({
      time: 1000.5,
      values: { cpu_utilization_percentage: 12.5, process_memory_megabytes: 300 },
    }) +
    'no JSON\n' +
    encodeSample({ time: 3000, values: { cpu_utilization_percentage: 25 } }) +
    '{"t":4000,"cpu';
  expect(samplePoints(text, 0)).toEqual({
    lines: 3,
    points: [
      { key: 'system/cpu_utilization_percentage', value: 12.5, step: 0, timestamp: 1000 },
      { key: 'system/process_memory_megabytes', value: 300, step: 0, timestamp: 1000 },
      { key: 'system/cpu_utilization_percentage', value: 25, step: 2, timestamp: 3000 },
    ],
  });
  expect(samplePoints(text, 3).points).toEqual([]);
});
