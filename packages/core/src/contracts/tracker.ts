import type { JsonObject } from '../json.ts';
import type { AnchorId } from './route.ts';

/** One metric point: key `phase/name`, value, step (epoch over the learner's whole life), milliseconds. */
export type MetricPoint = readonly [key: string, value: number, step: number, time: number];

/** What a run tells the world, in order. The journal is the truth; every viewer is a projection of it. */
export type RunRecord =
  | {
      readonly type: 'run_start';
      readonly uid: string;
      readonly experiment: string;
      readonly name: string;
      readonly startTime: number;
      readonly parentUid?: string;
      readonly tags: Readonly<Record<string, string>>;
    }
  | { readonly type: 'params'; readonly params: Readonly<Record<string, string>> }
  | { readonly type: 'metrics'; readonly metrics: readonly MetricPoint[] }
  | { readonly type: 'tags'; readonly tags: Readonly<Record<string, string>> }
  | {
      readonly type: 'dataset';
      readonly name: string;
      readonly digest: string;
      readonly source: string;
      readonly context: 'train' | 'val' | 'test';
      readonly rows: number;
    }
  | {
      readonly type: 'artifact';
      readonly path: string;
      readonly file: string;
      readonly sha256: string;
      readonly bytes: number;
    }
  | {
      readonly type: 'anchor';
      readonly anchors: readonly { readonly step: AnchorId; readonly hash: string }[];
      readonly epoch: number;
      readonly reason: string;
      readonly numbers: JsonObject;
    }
  | { readonly type: 'stage'; readonly stage: JsonObject }
  | {
      readonly type: 'weights';
      readonly role: string;
      readonly epoch: number;
      readonly file: string;
      readonly sha256: string;
    }
  | { readonly type: 'result'; readonly result: JsonObject }
  | { readonly type: 'run_end'; readonly status: 'FINISHED' | 'FAILED' | 'KILLED'; readonly endTime: number };

/** Takes a run's records. Order is kept; `flush` returns when they are safe. */
export interface Tracker {
  record(record: RunRecord): void;
  flush(): Promise<void>;
}
