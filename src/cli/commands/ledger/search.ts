import { type Invocation, textFlag } from '../../invocation.ts';
import { numberFlag } from '../../number-flag.ts';
import { experienceLine } from '../../view/experiences.ts';
import { printFolded } from '../../view/fold-line.ts';

/** `zoo ledger search <words…>`: experiences by their words, the most relevant first. */
export async function search(invocation: Invocation): Promise<void> {
  const { terminal, words } = invocation;
  const { search: find } = await import('../../../app/ledger/tidy.ts');
  const query = words.join(' ');
  const limit = numberFlag(invocation, 'limit', { preset: 10, least: 1, whole: true });
  const found = await find(
    await invocation.config(),
    query,
    textFlag(invocation, 'at') ?? 'working',
    terminal.host.folder,
    limit,
  );
  terminal.document({ query, found });
  for (const { experience, relevance } of found)
    printFolded(`${relevance.toFixed(2)} ${experienceLine(experience)}`, 5, terminal);
  if (found.length === 0) terminal.message('info', 'Nothing was found.');
}
