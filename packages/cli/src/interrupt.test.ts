import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';

const source = JSON.stringify(new URL('./interrupt.ts', import.meta.url).href);

/** A program that says "ready", then what its signal does, and ends when `saved` says so. */
function program(worker: boolean, onAbort: string): string {
  return `import { interruption } from ${source};
    const { signal, stop } = interruption(${worker});
    const alive = setInterval(() => {}, 1000);
    signal.addEventListener('abort', () => { console.log('asked'); ${onAbort} });
    console.log('ready');`;
}

const SAVE = 'stop(); clearInterval(alive); process.exitCode = 130;';

async function run(code: string, act: (child: ReturnType<typeof spawn>, line: string) => void) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    act(child, chunk.toString().trim());
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, lines: text.trim().split('\n') };
}

test.each(['SIGINT', 'SIGTERM'] as const)('%s asks to stop', async (signal) => {
  const result = await run(program(false, SAVE), (child, line) => line === 'ready' && child.kill(signal));
  expect(result).toEqual({ exitCode: 130, lines: ['ready', 'asked'] });
});

test('the second one ends the process at once', async () => {
  const result = await run(program(false, ''), (child) => child.kill('SIGINT'));
  expect(result).toEqual({ exitCode: 130, lines: ['ready', 'asked'] });
});

test('a worker stops when its standard input closes', async () => {
  const result = await run(program(true, SAVE), (child, line) => line === 'ready' && child.stdin?.end());
  expect(result).toEqual({ exitCode: 130, lines: ['ready', 'asked'] });
});

test('a worker that is done does not wait for its standard input', async () => {
  const result = await run(`${program(true, SAVE)} stop(); clearInterval(alive);`, () => undefined);
  expect(result).toEqual({ exitCode: 0, lines: ['ready'] });
});
