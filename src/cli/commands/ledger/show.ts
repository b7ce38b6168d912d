import type { Invocation } from '../../invocation.ts';
import { recordLines } from '../../view/experiences.ts';
import { readNamed } from './read-named.ts';

/** `zoo ledger show <id…>`: all that a record holds; the beginning of an id is enough. */
export async function show(invocation: Invocation): Promise<void> {
  const { terminal, words } = invocation;
  const { findById } = await import('../../../app/ledger/open.ts');
  const { library } = await readNamed(invocation);
  const found = words.map((id) => findById(library, id as string));
  terminal.document({ experiences: found });
  for (const [index, experience] of found.entries()) {
    if (index > 0) terminal.print('');
    for (const line of recordLines(experience)) terminal.print(line);
  }
}
