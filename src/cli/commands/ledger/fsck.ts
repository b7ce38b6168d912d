import { exitCode } from '../../../core/error.ts';
import type { Invocation } from '../../invocation.ts';
import { cleanLine } from '../../view/clean-text.ts';
import { count } from '../../view/train-lines.ts';

/** `zoo ledger fsck`: reads every file of the library and names what is damaged; exits 5 then. */
export async function fsck({ terminal, config }: Invocation): Promise<number> {
  const { checkFiles } = await import('../../../app/ledger/upkeep.ts');
  const findings = await checkFiles(await config());
  const errors = findings.filter(({ level }) => level === 'error').length;
  terminal.document({ errors, notes: findings.length - errors, findings });
  for (const { code, level, path, message, mend } of findings) {
    terminal.print(
      `${terminal.style(level === 'error' ? 'red' : 'dim', level)} [${code}] ${cleanLine(path)}: ${cleanLine(message)}`,
    );
    if (mend !== undefined) terminal.print(`  ${cleanLine(mend)}`);
  }
  terminal.message('info', errors === 0 ? 'Nothing is damaged.' : count(errors, 'error'));
  return errors === 0 ? exitCode.done : exitCode.verification;
}
