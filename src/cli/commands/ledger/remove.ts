import type { Invocation } from '../../invocation.ts';
import { experienceLine } from '../../view/experiences.ts';

/** `zoo ledger remove <id…>`: takes experiences out of the working library. */
export async function remove({ terminal, words, config }: Invocation): Promise<void> {
  const { removeExperiences } = await import('../../../app/ledger/change.ts');
  const { removed, library } = await removeExperiences(await config(), words as string[]);
  terminal.document({ removed, library });
  for (const experience of removed) terminal.print(`- ${experienceLine(experience)}`);
}
