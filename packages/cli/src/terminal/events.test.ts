import { expect, test } from 'vitest';
import { decodeLine, encodeEvent } from './events.ts';
import { progressOf } from './sample-study.ts';

test('an event survives its line', () => {
  const event = progressOf('kd-s0', 4000);
  const line = encodeEvent(event);
  expect(line).not.toContain('\n');
  expect(decodeLine(line)).toEqual(event);
});

test('ordinary text and a torn event are text', () => {
  expect(decodeLine('{"type":"started","run":"x"}')).toBeUndefined();
  expect(decodeLine(encodeEvent({ type: 'started', run: 'x' }).slice(0, -3))).toBeUndefined();
});
