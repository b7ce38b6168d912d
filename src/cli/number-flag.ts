import { ZooError, exitCode } from '../core/error.ts';
import { type Invocation, textFlag } from './invocation.ts';

export interface NumberFlag {
  readonly preset: number;
  readonly least: number;
  readonly whole: boolean;
}

/** The number that a flag of a command gives. @throws ZooError `invalid-flag` (exit 2) */
export function numberFlag(invocation: Invocation, name: string, { preset, least, whole }: NumberFlag): number {
  const text = textFlag(invocation, name);
  if (text === undefined) return preset;
  const value = Number(text);
  if (text.trim() !== '' && value >= least && Number.isFinite(value) && (!whole || Number.isSafeInteger(value)))
    return value;
  const kind = whole ? 'a whole number' : 'a number';
  throw new ZooError('invalid-flag', `--${name} takes ${kind} of at least ${least}, not "${text}"`, {
    exitCode: exitCode.usage,
  });
}
