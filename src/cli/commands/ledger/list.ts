import { qualityScores } from '../../../core/library/quality-score.ts';
import type { Experience } from '../../../core/library/experience.ts';
import type { ListedLarge } from '../../../app/ledger/read-large.ts';
import { isUnder } from '../../../ledger/shards/list-shards.ts';
import { type Invocation, textFlag } from '../../invocation.ts';
import { optionalNumberFlag } from '../../number-flag.ts';
import { inPieces, printInPieces } from '../../output.ts';
import type { Terminal } from '../../terminal.ts';
import { cleanLine } from '../../view/clean-text.ts';
import { printRows } from '../../view/table-in-rows.ts';
import { renderTable } from '../../view/table.ts';
import { readNamed } from './read-named.ts';

const head = ['id', 'domain', 'confidence', 'votes', 'uses', 'quality', 'text'] as const;

/** `zoo ledger list`: the experiences of a library in the order of its prompt. */
export async function list(invocation: Invocation): Promise<void> {
  const { terminal } = invocation;
  const domain = textFlag(invocation, 'in');
  const limit = optionalNumberFlag(invocation, 'limit', { least: 1, whole: true });
  const { small, shards, folder } = await readNamed(invocation);
  if (small === undefined) {
    const { listLarge } = await import('../../../app/ledger/read-large.ts');
    const large = await listLarge(shards, folder, { domain, limit });
    await printInPieces(terminal, { count: large.count, experiences: inPieces }, { items: large.records() });
    if (large.count === 0) tellEmpty(terminal, domain);
    else if (terminal.json === 'off')
      await printRows(head, rowsOf(large, large.records()), rowsOf(large, large.inAnyOrder()), terminal);
    return;
  }
  const scores = qualityScores(small);
  const shown = small.experiences.filter((one) => isUnder(domain, one)).slice(0, limit);
  terminal.document({ count: shown.length, experiences: shown });
  if (shown.length === 0) return tellEmpty(terminal, domain);
  terminal.print(
    renderTable(
      [...head],
      shown.map((one) => rowOf(one, scores.get(one.id) ?? 0)),
      terminal.columns,
    ),
  );
}

async function* rowsOf(
  { qualityOf }: ListedLarge,
  records: AsyncIterable<Experience>,
): AsyncGenerator<readonly string[]> {
  for await (const experience of records) yield rowOf(experience, qualityOf(experience));
}

function tellEmpty(terminal: Terminal, domain: string | undefined): void {
  terminal.message('info', domain === undefined ? 'The library is empty.' : `Nothing is filed under ${domain}.`);
}

function rowOf({ id, domain, text, confidence, metadata }: Experience, quality: number): string[] {
  return [
    id,
    domain,
    confidence.toFixed(2),
    `+${metadata.votes.upvotes} -${metadata.votes.downvotes}`,
    String(metadata.usage_count),
    quality.toFixed(2),
    cleanLine(text),
  ];
}
