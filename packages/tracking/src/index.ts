export { Journal, type JournalOptions } from './journal.ts';
export { type JournalView, loadJournal, type MetricSample, readJournal } from './journal-view.ts';
export { type JournalLines, readLines } from './read-lines.ts';
export { isCounted, JOURNAL_VERSION, type JournalEntry } from './records.ts';
export * from './mlflow/index.ts';
export { findMlflow, type MlflowCommand } from './viewer/find-mlflow.ts';
export { type ManagedServer, removeStore, SchemaError, startManaged } from './viewer/managed-server.ts';
