import { createPlugin, klDivergence, softmax, testEvaluator } from '@cairn/testing';
import { expect, test } from 'vitest';
import { agreement, fidelity, meanKl } from './index.ts';

const create = (temperatures?: number[]) =>
  createPlugin(fidelity, fidelity(temperatures === undefined ? {} : { temperatures }));

testEvaluator('fidelity', () => create([1, 4]), ['kl', 'kl-t4', 'agree1', 'agree5']);

const pair = (student: readonly number[][], reference: readonly number[][]) => ({
  logits: Float32Array.from(student.flat()),
  reference: Float32Array.from(reference.flat()),
  labels: new Int32Array(student.length),
  classes: student[0]?.length ?? 0,
});

test('KL from the teacher to the student, by hand', () => {
  // Teacher (3/4, 1/4), student (1/2, 1/2): 3/4·log(3/2) + 1/4·log(1/2). The mean with a perfect sample is half.
  const student = [
    [0, 0],
    [1, 2],
  ];
  const teacher = [
    [Math.log(3), 0],
    [1, 2],
  ];
  const first = 0.75 * Math.log(1.5) + 0.25 * Math.log(0.5);
  expect(meanKl(pair(student, teacher), 1)).toBeCloseTo(first / 2, 7);
  // The other direction is 1/2·log(2/3) + 1/2·log 2 = 0.144 and not 0.131.
  expect(meanKl(pair(teacher, student), 1)).toBeCloseTo((0.5 * Math.log(2 / 3) + 0.5 * Math.log(2)) / 2, 7);
});

test('at a temperature: softened on both sides, without T²', () => {
  const [student, teacher] = [
    [1, -2, 0.5],
    [3, 0, -1],
  ];
  const expected = klDivergence(softmax(teacher, 4), softmax(student, 4));
  expect(meanKl(pair([student], [teacher]), 4)).toBeCloseTo(expected, 12);
});

test("agreement: the teacher's first class among the student's k", () => {
  const teacher = [
    [0, 0, 0, 9],
    [9, 0, 0, 0],
  ];
  const student = [
    [4, 3, 2, 1],
    [4, 3, 2, 1],
  ];
  // The teacher's classes 3 and 0 rank 3 and 0 with the student.
  expect([1, 2, 3, 4].map((k) => agreement(pair(student, teacher), k))).toEqual([0.5, 0.5, 0.5, 1]);
  expect(agreement(pair([[NaN, NaN]], [[1, 0]]), 1)).toBe(0);
});

test('says nothing without a teacher', () => {
  const { reference: _, ...alone } = pair([[0, 1]], [[0, 1]]);
  expect([...create().evaluate(alone)]).toEqual([]);
});
