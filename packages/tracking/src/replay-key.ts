import type { RunRecord } from '@cairn/core';

/**
 * What a deterministic run repeats of a record: not times and speeds, nor values that hold them. Two processes that
 * go from the same state give the same keys.
 */
export function replayKey(record: RunRecord): string {
  switch (record.type) {
    case 'metrics':
      return `metrics ${record.metrics.map(([key, , step]) => `${key}@${step}`).join(' ')}`;
    case 'anchor':
      return `anchor ${record.anchors.map((a) => `${a.step}@${a.hash.slice(0, 12)}`).join(' ')} epoch ${record.epoch}`;
    case 'weights':
      return `weights ${record.role} epoch ${record.epoch} ${record.sha256.slice(0, 12)}`;
    case 'artifact':
      return `artifact ${record.path}`;
    case 'dataset':
      return `dataset ${record.context} ${record.digest.slice(0, 12)}`;
    default:
      return record.type;
  }
}

/** Of a record that an earlier version has written or would have: which series there were is not held against a run. */
export function olderReplayKey(record: RunRecord): string {
  if (record.type !== 'metrics') return replayKey(record);
  return `metrics at ${[...new Set(record.metrics.map(([, , step]) => step))].join(' ')}`;
}
