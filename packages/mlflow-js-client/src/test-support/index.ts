/** Servers for tests: real ones, and one that answers as it is told. */
export { describeServer } from './describe-server.ts';
export { findMlflow, serverLines, type ServerLine } from './find-mlflow.ts';
export { startServer, type RealServer } from './real-server.ts';
export { startScripted, type Asked, type Reply, type ScriptedServer } from './scripted-server.ts';
