/** A world for tests of commands: streams that are kept, no studies but those named. */
import { PassThrough } from 'node:stream';
import { main, type MainOptions } from './main.ts';

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command line in this process. */
export async function cairn(line: string, options: Partial<MainOptions> = {}): Promise<Outcome> {
  const [out, err] = [collector(), collector()];
  const code = await main({
    argv: line.split(' ').filter((token) => token !== ''),
    plugins: async () => [],
    studies: { names: ['quickstart'], load: () => Promise.reject(new Error('no study here')) },
    self: [process.execPath, 'cairn.js'],
    root: '/nowhere',
    env: {},
    out: out.stream,
    err: err.stream,
    ...options,
  });
  return { code, out: out.text(), err: err.text() };
}

function collector() {
  const stream = new PassThrough();
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { stream, text: () => text };
}
