import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The lines that tests run against: 3 is 3.17, 2 is 2.22. */
export type ServerLine = '3' | '2';

export const serverLines: readonly ServerLine[] = ['3', '2'];

/** The `mlflow` executable of a line: `CAIRN_MLFLOW_3`, `CAIRN_MLFLOW_2`, else the workspace's `.venv`; or why there is none. */
export function findMlflow(
  line: ServerLine,
  env: Readonly<Record<string, string | undefined>> = process.env,
): { readonly path: string } | { readonly missing: string } {
  const name = `CAIRN_MLFLOW_${line}`;
  const own = fileURLToPath(new URL(`../../../../.venv/mlflow-${line}/${executable}`, import.meta.url));
  const path = env[name] ?? own;
  if (existsSync(path)) return { path };
  return {
    missing: `No MLflow ${line}: ${path} is not there. npx node tools/install-mlflow.ts ${line}, or set ${name}.`,
  };
}

const executable = process.platform === 'win32' ? 'Scripts/mlflow.exe' : 'bin/mlflow';
