import { RunError } from '@cairn/core';

/** The system's code of a failed file operation, such as `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

const NO_SPACE = new Set(['ENOSPC', 'EDQUOT']);
const FORBIDDEN = new Set(['EACCES', 'EPERM', 'EROFS']);

/**
 * A failed file operation with its path and what to do.
 * @param action what was tried: `write`, `read`, …
 */
export function fileError(action: string, path: string, cause: unknown): RunError {
  const code = systemCode(cause);
  const message = `cannot ${action} ${path}: ${code ?? String(cause)}`;
  if (code !== undefined && NO_SPACE.has(code)) {
    const fix = 'the disk or the quota is full: make room, or set CAIRN_HOME to another disk';
    return new RunError('CAIRN_FILE_NO_SPACE', message, { fix, cause });
  }
  if (code !== undefined && FORBIDDEN.has(code)) {
    const fix = `let this user ${action} it, or set CAIRN_HOME to a folder of its own`;
    return new RunError('CAIRN_FILE_PERMISSION', message, { fix, cause });
  }
  return new RunError('CAIRN_FILE_FAILED', message, {
    fix: 'check that the disk is there and that no file stands where a folder is needed',
    cause,
  });
}
