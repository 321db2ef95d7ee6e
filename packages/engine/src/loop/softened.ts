import type { Outputs, Teacher } from '@cairn/core';
import { div } from '@tensorflow/tfjs-core';

/**
 * A teacher whose logits are divided by a temperature; taps and other outputs stay. With 1 it is the teacher itself.
 * @param temperature above 0; over 1 its distributions are softer
 */
export function softened(teacher: Teacher, temperature: number): Teacher {
  if (temperature === 1) return teacher;
  return {
    identity: `${teacher.identity}/${temperature}`,
    info: teacher.info,
    async supervise(batch, wanted): Promise<Outputs> {
      const { logits, ...others } = await teacher.supervise(batch, wanted);
      if (logits === undefined) return others;
      try {
        return { ...others, logits: div(logits, temperature) };
      } finally {
        logits.dispose();
      }
    },
    dispose: () => teacher.dispose(),
  };
}
