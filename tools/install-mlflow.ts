/**
 * Installs the MLflow servers that tests run against, one virtual environment each, under `.venv/`:
 * `node tools/install-mlflow.ts [3] [2]`, both by default. About a minute and 0.7 GB each; nothing where it is there already.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** With what a server that asks for passwords needs. */
const requirements: Readonly<Record<string, string>> = {
  3: 'mlflow[auth]==3.17.*',
  // MLflow 2 allows SQLAlchemy 2.1 and does not start with it.
  2: 'mlflow[auth]==2.22.* sqlalchemy<2.1',
};
const root = resolve(import.meta.dirname, '..');
const wanted = process.argv.slice(2);

for (const line of wanted.length > 0 ? wanted : Object.keys(requirements)) {
  const requirement = requirements[line];
  if (requirement === undefined) stop(`"${line}" is none of ${Object.keys(requirements).join(', ')}`);
  install(requirement, join(root, '.venv', `mlflow-${line}`));
}

function install(requirement: string, folder: string): void {
  const stamp = join(folder, 'installed.txt');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === requirement) return;
  console.log(`Installing ${requirement} into ${folder}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  run('python3', ['-m', 'venv', folder]);
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  // Wheels only: nothing is built. Byte code is made on the first import, of what is used.
  const options = ['--only-binary=:all:', '--no-compile', '--quiet', '--disable-pip-version-check'];
  run(python, ['-m', 'pip', 'install', ...options, ...requirement.split(' ')]);
  writeFileSync(stamp, requirement);
}

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (error !== undefined) stop(`${command}: ${error.message}`);
  if (status !== 0)
    stop(`${command} ${args.join(' ')} ended with ${status}; Python 3.10 with venv is needed`);
}

function stop(message: string): never {
  console.error(message);
  process.exit(1);
}
