/** What executors refuse, in the same words. */
import { RunError, suggestion, type OptimizerRule, type Shape } from '@cairn/core';

export function frozenError(): RunError {
  return new RunError('CAIRN_NETWORK_FROZEN', 'forward: got a network compiled for inference', {
    fix: 'infer, or compile with train: true',
  });
}

export function orderError(call: 'backward' | 'update'): RunError {
  return call === 'backward'
    ? new RunError('CAIRN_NETWORK_ORDER', 'backward: there is no forward pass to go back through', {
        fix: 'forward before each backward',
      })
    : new RunError('CAIRN_NETWORK_ORDER', 'update: there are no gradients', {
        fix: 'forward and backward before each update',
      });
}

/** @param found undefined where there is no such input */
export function inputError(
  name: string,
  found: { readonly dtype: string; readonly shape: Shape } | undefined,
  expected: Shape,
): RunError {
  const got = found === undefined ? 'none' : `${found.dtype} [${found.shape.join(', ')}]`;
  return new RunError('CAIRN_NETWORK_INPUT', `input "${name}": got ${got}`, {
    fix: `float32 [batch, ${expected.join(', ')}]`,
  });
}

/** @param expected with the batch dimension */
export function gradientError(name: string, found: Shape, expected: Shape): RunError {
  return new RunError('CAIRN_NETWORK_OUTPUT', `gradient of "${name}": got [${found.join(', ')}]`, {
    fix: `[${expected.join(', ')}], as the forward pass had it`,
  });
}

export function outputError(what: string, name: string, known: Iterable<string>): RunError {
  return new RunError('CAIRN_NETWORK_OUTPUT', `${what}: got "${name}"`, { fix: suggestion(name, known) });
}

export function optimizerError(before: OptimizerRule['name'], now: OptimizerRule['name']): RunError {
  return new RunError('CAIRN_OPTIMIZER_CHANGED', `optimizer: got ${now} with the state of ${before}`, {
    fix: `${before}, or reset the optimizer at the switch`,
  });
}

export function disposedError(array: string): RunError {
  return new RunError('CAIRN_NETWORK_DISPOSED', `array "${array}" is gone`, {
    fix: 'a network that was not disposed',
  });
}
