import type { Invocation } from '../../invocation.ts';
import { printComparison, comparisonSummary } from '../../view/experiences.ts';

/** `zoo ledger status`: the working library against its newest version. */
export async function status({ terminal, config }: Invocation): Promise<void> {
  const { ledgerStatus } = await import('../../../app/ledger/versions.ts');
  const found = await ledgerStatus(await config());
  terminal.document(found);
  const { folder, library, changes, clean, merging, capacity } = found;
  terminal.print(`library  ${folder}`);
  terminal.print(`version  ${library.version ?? 'none yet'}`);
  terminal.print(`holds    ${library.count} of ${capacity} experiences, root ${library.root}`);
  for (const id of merging) terminal.print(`merging  ${id}: the next commit names it as a parent`);
  if (clean)
    terminal.print(library.version === null ? 'Nothing to commit.' : `Nothing differs from ${library.version}.`);
  else if (changes === null && library.version === null)
    terminal.print('Nothing is committed yet: "zoo ledger commit" makes the first version.');
  else if (changes === null)
    terminal.print('It differs from its version, whose records are not in this copy (zoo fetch).');
  else {
    terminal.print(`changes  ${comparisonSummary(changes)}, to be committed with "zoo ledger commit"`);
    printComparison(changes, terminal);
  }
}
