import type { Invocation } from '../invocation.ts';
import { renderTable } from '../view/table.ts';

/** `zoo dataset list`: the cards, and where the problems of each would come from. */
export async function datasetList({ terminal, config }: Invocation): Promise<void> {
  const { openDatasets } = await import('../../app/wire/datasets.ts');
  const listed = await openDatasets(await config()).list();
  terminal.document(listed);
  const rows = listed.map(({ card, origin }) => [
    card.name,
    card.problems === undefined ? '-' : String(card.problems),
    card.verifier,
    card.domain,
    card.licence,
    origin === 'hub' ? 'to be fetched' : origin,
    card.title,
  ]);
  terminal.print(renderTable(['name', 'problems', 'verifier', 'domain', 'licence', 'from', 'title'], rows));
}
