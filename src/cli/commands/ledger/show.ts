import { type Invocation, textFlag } from '../../invocation.ts';
import { recordLines } from '../../view/experiences.ts';

/** `zoo ledger show <id…>`: all that a record holds; the beginning of an id is enough. */
export async function show(invocation: Invocation): Promise<void> {
  const { terminal, words } = invocation;
  const [{ findById }, { readFew }] = await Promise.all([
    import('../../../app/ledger/open.ts'),
    import('../../../app/ledger/read-few.ts'),
  ]);
  const library = await readFew(
    await invocation.config(),
    words as string[],
    textFlag(invocation, 'at') ?? 'working',
    terminal.host.folder,
  );
  const found = words.map((id) => findById(library, id as string));
  terminal.document({ experiences: found });
  for (const [index, experience] of found.entries()) {
    if (index > 0) terminal.print('');
    for (const line of recordLines(experience)) terminal.print(line);
  }
}
