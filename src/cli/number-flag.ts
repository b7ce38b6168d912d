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

/** The same for a flag without a preset. */
export function optionalNumberFlag(
  invocation: Invocation,
  name: string,
  { most = Number.POSITIVE_INFINITY, ...range }: Omit<NumberFlag, 'preset'> & { readonly most?: number },
): number | undefined {
  if (invocation.flags[name] === undefined) return undefined;
  const value = numberFlag(invocation, name, { preset: Number.NaN, ...range });
  if (value <= most) return value;
  throw new ZooError('invalid-flag', `--${name} takes a number up to ${most}, not ${value}`, {
    exitCode: exitCode.usage,
  });
}
