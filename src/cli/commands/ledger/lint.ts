import { exitCode } from '../../../core/error.ts';
import { type Invocation, textFlag } from '../../invocation.ts';
import { cleanLine } from '../../view/clean-text.ts';
import { count as counted } from '../../view/train-lines.ts';

/** `zoo ledger lint`: what a curator should mend; exits 3 when there is an error, or a warning with `--strict`. */
export async function lint(invocation: Invocation): Promise<number> {
  const { terminal, flags } = invocation;
  const { lint: check } = await import('../../../app/ledger/tidy.ts');
  const { findings, count, sarif } = await check(
    await invocation.config(),
    textFlag(invocation, 'at') ?? 'working',
    terminal.host.folder,
  );
  const errors = findings.filter(({ level }) => level === 'error').length;
  const warnings = findings.length - errors;
  if (flags['sarif'] === true) {
    terminal.document(sarif);
    terminal.print(JSON.stringify(sarif, undefined, 2));
  } else {
    terminal.document({ experiences: count, errors, warnings, findings });
    for (const { rule, level, id, message, mend } of findings) {
      terminal.print(
        `${terminal.style(level === 'error' ? 'red' : 'yellow', level)} [${rule}] ${id ?? 'library'}: ${cleanLine(message)}`,
      );
      terminal.print(`  ${cleanLine(mend)}`);
    }
    terminal.message(
      'info',
      `${counted(count, 'experience')}: ${counted(errors, 'error')}, ${counted(warnings, 'warning')}`,
    );
  }
  return errors > 0 || (flags['strict'] === true && warnings > 0) ? exitCode.regression : exitCode.done;
}
