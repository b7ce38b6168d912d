import { ZooError, exitCode } from '../core/error.ts';
import { type Invocation, textFlag } from './invocation.ts';

export interface NumberFlag {
  readonly preset: number;
  readonly least: number;
  readonly whole: boolean;
  readonly most?: number;
}

/** The number that a flag of a command gives. @throws ZooError `invalid-flag` (exit 2) */
export function numberFlag(invocation: Invocation, name: string, { preset, least, most, whole }: NumberFlag): number {
  const text = textFlag(invocation, name);
  if (text === undefined) return preset;
  const value = Number(text);
  const isIn = text.trim() !== '' && value >= least && value <= (most ?? Number.MAX_VALUE);
  if (isIn && (!whole || Number.isSafeInteger(value))) return value;
  const kind = whole ? 'a whole number' : 'a number';
  const range = most === undefined ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new ZooError('invalid-flag', `--${name} takes ${kind} ${range}, not "${text}"`, {
    exitCode: exitCode.usage,
    hint: `Such as --${name} ${most ?? Math.max(least, 10)}.`,
  });
}

/** The same for a flag without a preset. */
export function optionalNumberFlag(
  invocation: Invocation,
  name: string,
  range: Omit<NumberFlag, 'preset'>,
): number | undefined {
  return invocation.flags[name] === undefined
    ? undefined
    : numberFlag(invocation, name, { preset: Number.NaN, ...range });
}
