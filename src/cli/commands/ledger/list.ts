import { qualityScores } from '../../../core/library/quality-score.ts';
import { type Invocation, textFlag } from '../../invocation.ts';
import { cleanLine } from '../../view/clean-text.ts';
import { renderTable } from '../../view/table.ts';
import { readNamed } from './read-named.ts';

/** `zoo ledger list`: the experiences of a library in the order of its prompt. */
export async function list(invocation: Invocation): Promise<void> {
  const { terminal } = invocation;
  const { library } = await readNamed(invocation);
  const domain = textFlag(invocation, 'in');
  const scores = qualityScores(library);
  const shown = library.experiences.filter(
    (one) => domain === undefined || one.domain === domain || one.domain.startsWith(`${domain}.`),
  );
  terminal.document({ count: shown.length, experiences: shown });
  if (shown.length === 0) {
    terminal.message('info', domain === undefined ? 'The library is empty.' : `Nothing is filed under ${domain}.`);
    return;
  }
  const rows = shown.map(({ id, domain: filed, text, confidence, metadata }) => [
    id,
    filed,
    confidence.toFixed(2),
    `+${metadata.votes.upvotes} -${metadata.votes.downvotes}`,
    String(metadata.usage_count),
    (scores.get(id) ?? 0).toFixed(2),
    cleanLine(text),
  ]);
  terminal.print(renderTable(['id', 'domain', 'confidence', 'votes', 'uses', 'quality', 'text'], rows));
}
