export { main, type MainOptions } from './main.ts';
export type { Call, Command, ExitCode, Host, OutputStream, Studies } from './command.ts';
export type * from './table/result.ts';
export type { StudyEvent } from './terminal/events.ts';
export { catalogue as commands } from './commands/catalogue.ts';
export { parseLine } from './args/parse.ts';
export { NodeStore } from './files/index.ts';
export { machineValues } from './study/system-samples.ts';
export { layOut, type Column } from './table/layout.ts';
