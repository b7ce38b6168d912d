import { resolve } from 'node:path';
import { importForms } from '../../../ledger/forms/import-form.ts';
import { choiceFlag } from '../../choice-flag.ts';
import { type Invocation, textFlag } from '../../invocation.ts';
import { count } from '../../view/train-lines.ts';

/** `zoo ledger import <file>`: experiences from a file or a starter into the working library, all of them or none. */
export async function importLibrary(invocation: Invocation): Promise<void> {
  const { terminal, words, flags } = invocation;
  const exchange = await import('../../../app/ledger/exchange.ts');
  const dryRun = flags['dryRun'] === true;
  const made = await exchange.importLibrary(await invocation.config(), {
    path: resolve(terminal.host.folder, words[0] as string),
    form: choiceFlag(invocation, 'format', importForms),
    existing: choiceFlag(invocation, 'existing', ['keep', 'update', 'refuse']) ?? 'keep',
    replace: flags['replace'] === true,
    embeddingModel: textFlag(invocation, 'embeddingModel'),
    dryRun,
  });
  terminal.document({ dryRun, ...made });
  const { added, updated, kept, library } = made;
  terminal.print(
    `${added} added, ${updated} updated, ${kept} already there${dryRun ? ' (nothing was written)' : `; ${count(library.count, 'experience')}`}`,
  );
}
