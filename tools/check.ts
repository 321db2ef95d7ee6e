/**
 * `npm test`: types, lint, unused code, format, tests. A stage runs even if an earlier one failed.
 * The last line, "N passed, N failed", counts tests; a stage that fails without a failing test counts as one failure.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface TestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly { status: string; assertionResults: readonly { status: string }[] }[];
}

const folder = mkdtempSync(join(tmpdir(), 'cairn-check-'));
const report = join(folder, 'vitest.json');
const stages: Readonly<Record<string, readonly string[]>> = {
  types: ['tsc', '--project', 'tsconfig.json'],
  lint: ['nx', 'run', 'cairn:lint', '--output-style=stream-without-prefixes'],
  'unused code': ['knip', '--no-config-hints'],
  format: ['prettier', '--check', '--log-level=warn', '.'],
  tests: ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
};

try {
  const failed = Object.keys(stages).filter((name) => !run(name, stages[name] ?? []));
  const tests = countTests();
  const other = failed.filter((name) => name !== 'tests' || tests.failed === 0);
  const failures = tests.failed + other.length;
  console.log(failed.length === 0 ? '\nAll stages passed.' : `\nFailed: ${failed.join(', ')}`);
  console.log(`${tests.passed} passed, ${failures} failed`);
  process.exitCode = failures > 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true });
}

function run(name: string, [command = '', ...args]: readonly string[]): boolean {
  const begin = performance.now();
  console.log(`\n=== ${name}: ${command}`);
  // No Nx daemon: a check leaves nothing running behind it.
  const { status, error } = spawnSync(command, args, {
    stdio: 'inherit',
    env: { ...process.env, NX_DAEMON: 'false' },
  });
  if (error !== undefined) console.error(`${error.message} (started by npm test?)`);
  console.log(
    `=== ${name}: ${status === 0 ? 'passed' : 'FAILED'} in ${((performance.now() - begin) / 1000).toFixed(1)} s`,
  );
  return status === 0;
}

/** A file that could not be loaded has no test to fail: it counts as one. So does a run without a single test. */
function countTests(): { passed: number; failed: number } {
  if (!existsSync(report)) return { passed: 0, failed: 1 };
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  ) as TestReport;
  const unloaded = testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  const none = numPassedTests + numFailedTests === 0 && unloaded.length === 0 ? 1 : 0;
  return { passed: numPassedTests, failed: numFailedTests + unloaded.length + none };
}
