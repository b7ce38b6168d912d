import type { Invocation } from '../../invocation.ts';
import { printComparison } from '../../view/experiences.ts';

/** `zoo ledger revert <version>`: takes back what one version changed, or goes back to it as a whole. */
export async function revert({ terminal, words, flags, config }: Invocation): Promise<void> {
  const { revertVersion } = await import('../../../app/ledger/revert.ts');
  const made = await revertVersion(await config(), words[0] as string, {
    whole: flags['whole'] === true,
    commit: flags['commit'] !== false,
  });
  terminal.document(made);
  printComparison(made.changes, terminal);
  terminal.print(
    made.version === null
      ? 'The working library has changed; commit it.'
      : `${made.version.version}, root ${made.version.root}`,
  );
}
