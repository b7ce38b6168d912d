import type { Sha256 } from '../../core/digest.ts';
import type { Experience } from '../../core/library/experience.ts';
import {
  type LintFinding,
  lintExperience,
  redundantFinding,
  redundantFrom,
  sizeFindings,
  uncheckedFindings,
} from '../../core/library/lint.ts';
import { createNearDuplicates } from '../../core/library/near-duplicates.ts';
import { locateRecords, recordsInOrder } from './read-in-order.ts';
import type { Shards } from './shards.ts';

/** Pairs of which the records are read together: all shards are read for each so many. */
const pairsAtOnce = 65_536;

/** What `lintLibrary` finds, one by one. Of each record its words are held as numbers, 4 bytes a word, and 40 bytes more. */
export async function* lintShards(shards: Shards, capacity: number, sha256: Sha256): AsyncGenerator<LintFinding> {
  const locations = await locateRecords(shards, sha256);
  const texts = createNearDuplicates(redundantFrom);
  for await (const experience of recordsInOrder(shards, locations)) {
    texts.add(experience.text);
    yield* lintExperience(experience);
  }
  let pairs: { readonly first: number; readonly second: number; readonly overlap: number }[] = [];
  const found = texts.find();
  let next = found.next();
  for (; next.done !== true; next = found.next()) {
    pairs.push(next.value);
    if (pairs.length === pairsAtOnce) yield* told();
  }
  yield* told();
  yield* uncheckedFindings(next.value);
  yield* sizeFindings(locations.count, capacity);

  async function* told(): AsyncGenerator<LintFinding> {
    const ranks = pairs.flatMap(({ first, second }) => [locations.order[first] ?? 0, locations.order[second] ?? 0]);
    let one: Experience | undefined;
    let index = 0;
    for await (const record of recordsInOrder(shards, locations, Uint32Array.from(ranks))) {
      if (one === undefined) one = record;
      else {
        yield redundantFinding(one, record, pairs[index++]?.overlap ?? 0);
        one = undefined;
      }
    }
    pairs = [];
  }
}
