import type { Decision } from '../contracts/anchor-policy.ts';
import type { Carry, Guide, Stage } from '../contracts/curriculum.ts';
import type { AnchorId } from '../contracts/route.ts';
import type { Training } from '../contracts/training.ts';
import type { PluginData } from '../plugin/data.ts';

export interface StudentStage {
  readonly name: string;
  readonly epochs: number;
  readonly training: Training;
  readonly loss: PluginData<'loss'>;
  readonly anchors?: readonly AnchorId[];
  /** How the anchors teach, where it is not as they are. */
  readonly altered?: Pick<Guide, 'soften' | 'route'>;
  readonly decision?: Decision;
  /** What the schedule spans, in epochs. @default the stage */
  readonly span?: number;
  /** Multiplies the learning rate. @default 1 */
  readonly rate?: number;
  readonly carry?: Partial<Carry>;
}

/**
 * A stage in which one student takes one step per batch. Unless told otherwise weights and batch-norm statistics
 * go over, while optimiser and schedule start afresh: RCO's multi-stage rule.
 */
export function studentStage(s: StudentStage): Stage {
  const { optimizer, schedule } = s.training;
  const [first, ...others] = s.anchors ?? [];
  return {
    name: s.name,
    length: { epochs: s.epochs },
    carry: { weights: 'keep', buffers: 'keep', optimizer: 'reset', schedule: 'restart', ...s.carry },
    updates: [
      [
        {
          learner: 'student',
          ...(first === undefined ? {} : { guide: { anchors: [first, ...others], ...s.altered } }),
          loss: s.loss,
          optimizer: { ...optimizer, learningRate: optimizer.learningRate * (s.rate ?? 1) },
          schedule,
          span: { epochs: s.span ?? s.epochs },
        },
      ],
    ],
    ...(s.decision === undefined ? {} : { decision: s.decision }),
  };
}
