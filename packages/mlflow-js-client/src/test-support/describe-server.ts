import { afterAll, beforeAll, describe, test } from 'vitest';
import { findMlflow, type ServerLine } from './find-mlflow.ts';
import { startServer, type RealServer, type ServerOptions } from './real-server.ts';

/**
 * Tests against one real server, started before the first and stopped after the last.
 * Without MLflow they fail where `CI` is set, and are skipped with the reason elsewhere.
 */
export function describeServer(
  line: ServerLine,
  name: string,
  tests: (server: () => RealServer) => void,
  options?: ServerOptions,
): void {
  const found = findMlflow(line);
  if ('missing' in found) {
    if (process.env['CI'] !== undefined && process.env['CI'] !== 'false')
      test(`${name} (MLflow ${line})`, () => {
        throw new Error(found.missing);
      });
    else {
      console.warn(`Skipped: ${name}. ${found.missing}`);
      describe.skip(`${name} (MLflow ${line}): ${found.missing}`, () => tests(noServer));
    }
    return;
  }
  describe(`${name} (MLflow ${line})`, { timeout: 240_000 }, () => {
    let server: RealServer | undefined;
    beforeAll(async () => {
      server = await startServer(line, options);
    }, 300_000);
    afterAll(() => server?.stop(), 60_000);
    tests(() => server ?? noServer());
  });
}

function noServer(): never {
  throw new Error('The server is started before the first test: ask for it inside one.');
}
