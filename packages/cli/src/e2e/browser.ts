/** A browser without a window, for tests that look at a page as its user does. */
import { accessSync, constants } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** `CAIRN_CHROMIUM`, else one on the PATH; or why there is none. */
export function findChromium(
  env: Readonly<Record<string, string | undefined>> = process.env,
): { readonly path: string } | { readonly missing: string } {
  const own = env['CAIRN_CHROMIUM'];
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = own ? [own] : folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const path = candidates.find(isProgram);
  if (path !== undefined) return { path };
  return { missing: `No Chromium${own ? ` at ${own}` : ' on the PATH'}: install it, or set CAIRN_CHROMIUM.` };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // not there, or not to be run
  }
}

export async function openBrowser(path: string): Promise<Browser> {
  return chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

const SHOTS = fileURLToPath(new URL('../../../../build-output/mlflow/', import.meta.url));

/** Kept as output of the tests: `build-output/mlflow/<name>.png`. */
export async function shot(page: Page, name: string): Promise<void> {
  await mkdir(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`) });
}
