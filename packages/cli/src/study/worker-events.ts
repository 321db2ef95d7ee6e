/** A worker's voice: progress and notes as event lines, a few times a second. */
import type { RunObserver, RunProgress } from '@cairn/engine';
import type { OutputStream } from '../command.ts';
import { encodeEvent, type StudyEvent } from '../terminal/events.ts';

const EVERY_MS = 250;

export interface WorkerTask {
  readonly run: string;
  readonly stages: number;
  readonly images: number;
}

export function workerObserver(out: OutputStream, task: WorkerTask, now: () => number): RunObserver {
  const send = (event: StudyEvent): void => void out.write(`${encodeEvent(event)}\n`);
  let last = { time: now(), images: -1 };
  return {
    progress(progress) {
      if (last.images < 0) last = { time: now(), images: progress.images };
      const elapsed = now() - last.time;
      if (elapsed < EVERY_MS) return;
      const speed = ((progress.images - last.images) / elapsed) * 1000;
      last = { time: now(), images: progress.images };
      send({ type: 'progress', run: task.run, ...shown(progress, task), imagesPerSecond: speed });
    },
    note: (text) => send({ type: 'note', run: task.run, text }),
  };
}

function shown(progress: RunProgress, task: WorkerTask) {
  return {
    stage: progress.stage,
    stages: Math.max(task.stages, progress.stage),
    epoch: Math.ceil(progress.stageEpoch),
    epochs: progress.stageEpochs,
    images: progress.images,
    imagesTotal: Math.max(task.images, progress.images),
  };
}
