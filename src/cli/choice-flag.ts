import { ZooError, exitCode } from '../core/error.ts';
import { type Invocation, textFlag } from './invocation.ts';

/** A flag that takes one of some words. @throws ZooError `usage` (exit 2) */
export function choiceFlag<Choice extends string>(
  invocation: Invocation,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const text = textFlag(invocation, name);
  if (text === undefined) return undefined;
  const chosen = choices.find((choice) => choice === text);
  if (chosen !== undefined) return chosen;
  throw new ZooError('usage', `--${name} takes ${choices.join(', ')}, not "${text}"`, {
    exitCode: exitCode.usage,
    hint: `Choose one of ${choices.join(', ')}.`,
  });
}
