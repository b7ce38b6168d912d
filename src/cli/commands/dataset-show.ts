import type { Invocation } from '../invocation.ts';
import { cleanLine } from '../view/clean-text.ts';

/** Problems that are shown. */
const shown = 3;

/** `zoo dataset show <name>`: where it comes from, how it is graded, and its first problems. */
export async function datasetShow({ terminal, config, words }: Invocation): Promise<void> {
  const { openDatasets } = await import('../../app/wire/datasets.ts');
  const { problems, ...about } = await openDatasets(await config()).open(words[0] as string);
  terminal.document({
    ...about,
    problems: problems.length,
    strata: strataOf(problems),
    first: problems.slice(0, shown),
  });
  terminal.print(`${about.name}: ${problems.length} problems, graded by ${about.verifier}, domain ${about.domain}`);
  terminal.print(`from ${about.origin}: ${about.path} (${about.bytes} bytes)`);
  terminal.print(`sha256 ${about.sha256}`);
  if (about.card !== undefined) terminal.print(`licence ${about.card.licence}: ${about.card.title}`);
  for (const note of about.notes) terminal.message('warn', `note: ${cleanLine(note)}`);
  for (const { id, problem, answer } of problems.slice(0, shown)) {
    terminal.print(`\n[${cleanLine(id)}] ${cleanLine(problem)}\n  answer: ${cleanLine(answer ?? 'none')}`);
  }
}

function strataOf(problems: readonly { readonly stratum?: string | undefined }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { stratum } of problems) if (stratum !== undefined) counts[stratum] = (counts[stratum] ?? 0) + 1;
  return counts;
}
