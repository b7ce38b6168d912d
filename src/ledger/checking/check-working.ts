import { toHex } from '../../core/digest.ts';
import type { Library } from '../../core/library/library.ts';
import { libraryRoots } from '../../core/tree/library-roots.ts';
import type { CommitEntry } from '../history.ts';
import { paths } from '../layout.ts';
import { checkOrder, isSameOrder } from '../shards/check-order.ts';
import type { ShardChecker } from '../shards/check-shards.ts';
import { type Shards, lyingShards } from '../shards/shards.ts';
import { renderOrder } from '../working.ts';
import type { Inspection } from './findings.ts';

/** What the working library is compared with: the last version, and what its packs hold where they are here. */
export interface LastVersion {
  readonly entry: CommitEntry | undefined;
  readonly shards: Shards | undefined;
}

export async function checkWorking(inspection: Inspection, library: Library, last: LastVersion): Promise<void> {
  const { files, sha256, at } = inspection;
  const root = toHex(libraryRoots(sha256, library.experiences).recordsRoot);
  await compare(inspection, root, renderOrder(library.experiences.map(({ id }) => id)), last);
  const order = ((await files.readText(at(paths.order))) ?? '').split('\n');
  const ids = new Set(library.experiences.map(({ id }) => id));
  const unknown = order.slice(0, -1).find((id) => !ids.delete(id));
  tellOrder(inspection, unknown ?? (order.at(-1) === '' ? undefined : order.at(-1)), ids.size);
}

export async function checkWorkingShards(
  inspection: Inspection,
  last: LastVersion,
  checker: ShardChecker,
): Promise<void> {
  const { files, folder, sha256, at, attempt } = inspection;
  const lying = lyingShards(files, folder, await files.list(at(paths.records)));
  const pathOf = (shard: string) => `${paths.records}/${shard}.jsonl`;
  const checked = await attempt(paths.records, () => checker.check(lying, pathOf));
  if (checked === undefined) return;
  const order = await lying.order();
  await compare(inspection, checked.roots.recordsRoot, order, last);
  const { unknown, unnamed } = await checkOrder(order, checked.trees, sha256);
  const cut = order === '' || order.endsWith('\n') ? undefined : order.slice(order.lastIndexOf('\n') + 1);
  tellOrder(inspection, unknown ?? cut, unnamed);
}

async function compare(
  { found }: Inspection,
  recordsRoot: string,
  order: string,
  { entry, shards }: LastVersion,
): Promise<void> {
  if (entry !== undefined && recordsRoot !== entry.commit.recordsRoot)
    found(
      'uncommitted',
      'note',
      paths.records,
      `The working library differs from ${entry.version}.`,
      '"zoo ledger diff" shows how; commit or revert.',
    );
  else if (shards !== undefined && !isSameOrder(await shards.order(), order))
    found('other-order', 'note', paths.order, `The order differs from that of ${entry?.version}.`);
}

function tellOrder({ found }: Inspection, unknown: string | undefined, unnamed: number): void {
  if (unknown !== undefined)
    found(
      'wrong-order',
      'error',
      paths.order,
      `It names ${JSON.stringify(unknown)}, which is no record or stands twice.`,
      'Remove that line.',
    );
  else if (unnamed > 0)
    found('not-in-order', 'note', paths.order, `It does not name ${unnamed} of the records; they come last.`);
}
