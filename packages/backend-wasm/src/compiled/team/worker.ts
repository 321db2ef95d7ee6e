/** A thread of the team besides the main one. Sleeps between runs; the process may end while it does. */
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { Control, type ControlBuffers } from './control.ts';
import { TeamThread, type TeamMessage, type ThreadSetup } from './thread.ts';

export interface WorkerSetup extends ThreadSetup {
  readonly buffers: ControlBuffers;
  readonly port: MessagePort;
}

/** A worker waits longer than the main thread, which is the one to tell. */
const patienceMs = 600_000;

function listen(thread: TeamThread, port: MessagePort): void {
  for (;;) {
    const received = receiveMessageOnPort(port);
    if (received === undefined) return;
    thread.listen(received.message as TeamMessage);
  }
}

function serve(setup: WorkerSetup): void {
  const control = new Control(setup.buffers, setup.threads);
  try {
    const thread = new TeamThread(setup, control);
    let seen = control.run;
    parentPort?.postMessage('ready');
    while (!control.failed) {
      control.awaitRun(seen);
      seen = control.run;
      const program = control.program;
      listen(thread, setup.port);
      thread.work(seen, program, patienceMs);
    }
  } catch (error) {
    control.fail(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

serve(workerData as WorkerSetup);
