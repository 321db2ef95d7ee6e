export { Cursors } from './cursor.ts';
export { LiveSync, type LiveOptions } from './live-sync.ts';
export { project, type Projection } from './project.ts';
export { encodeSample, samplePoints, SAMPLES, type Sample } from './samples.ts';
export { SyncSession, type SyncOptions } from './session.ts';
export type { AnchorFile, PageFile, PageSource, RunSource, StudyPage, StudySource } from './source.ts';
export { tablesTag } from './sync-files.ts';
export { StudySync, type StudyReport, type SyncProblem } from './sync-study.ts';
export { projectRun, type SyncedRun } from './sync-run.ts';
