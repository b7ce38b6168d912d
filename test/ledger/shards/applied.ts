import { expect } from 'vitest';
import type { Experience } from '../../../src/core/library/experience.ts';
import type { Library } from '../../../src/core/library/library.ts';
import { applyChanges } from '../../../src/ledger/changes.ts';
import { recordOfLine } from '../../../src/ledger/shards/lines-of-shard.ts';
import type { ShardsChange } from '../../../src/ledger/shards/save-shards.ts';

/** What a change by shards makes of a library that lies in memory. */
export async function applied(library: Library, { edits, order, growth }: ShardsChange): Promise<Library> {
  const puts: Experience[] = [];
  const deletes: string[] = [];
  for (const shard of edits.shards()) {
    const edit = await edits.of(shard);
    puts.push(...[...edit.puts.values()].map(recordOfLine));
    deletes.push(...edit.deletes);
  }
  const ids = new TextDecoder().decode(order).split('\n').slice(0, -1);
  const after = applyChanges(library, { complete: false, puts, deletes, order: ids });
  expect(after.experiences).toHaveLength(library.experiences.length + growth);
  expect(after.experiences.map(({ id }) => id)).toEqual(ids);
  return after;
}
