import type { Invocation } from '../invocation.ts';
import { cleanLine } from '../view/clean-text.ts';

/** `zoo dataset validate <name>`: reads all of it and says what is wrong, with line and column, or that nothing is. */
export async function datasetValidate({ terminal, config, words }: Invocation): Promise<void> {
  const { openDatasets } = await import('../../app/wire/datasets.ts');
  const { name, problems, sha256, verifier, notes } = await openDatasets(await config()).open(words[0] as string);
  const unanswered = problems.filter(({ answer }) => answer === undefined).length;
  terminal.document({ name, valid: true, problems: problems.length, unanswered, sha256, verifier, notes });
  terminal.print(
    `${name}: ${problems.length} problems are as they should be${unanswered === 0 ? '' : `, ${unanswered} of them without an answer`}`,
  );
  for (const note of notes) terminal.message('warn', `note: ${cleanLine(note)}`);
}
