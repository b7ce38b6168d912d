import { ZooError, exitCode } from '../../../core/error.ts';
import type { LintFinding } from '../../../core/library/lint.ts';
import type { ExperienceFields } from '../../../app/ledger/change.ts';
import { type Invocation, textFlag } from '../../invocation.ts';
import { optionalNumberFlag } from '../../number-flag.ts';
import type { Terminal } from '../../terminal.ts';
import { cleanLine } from '../../view/clean-text.ts';

/** What `--text`, `--domain`, `--confidence` and `--example` say. */
export function describeFields(invocation: Invocation, domain: string | undefined): ExperienceFields {
  const examples = invocation.flags['example'];
  return {
    text: textFlag(invocation, 'text'),
    domain,
    confidence: optionalNumberFlag(invocation, 'confidence', { least: 0, most: 1, whole: false }),
    examples: Array.isArray(examples) ? examples.map(parseExample) : undefined,
  };
}

function parseExample(text: string): { input: string; output: string } {
  const [, input, output] = /^(.*?)\s*=>\s*(.*)$/s.exec(text) ?? [];
  if (input !== undefined && output !== undefined) return { input, output };
  throw new ZooError('invalid-example', `an example is written "input => output", not "${text}"`, {
    exitCode: exitCode.usage,
    hint: 'Such as --example "How many divisors has 12? => 12 = 2^2 * 3, so (2+1)(1+1) = 6".',
  });
}

export function tellFindings(findings: readonly LintFinding[], terminal: Terminal): void {
  for (const { rule, message, mend } of findings)
    terminal.message('warn', `warning [${rule}] ${cleanLine(message)} ${cleanLine(mend)}`);
}
