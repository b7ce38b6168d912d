import type { Sha256 } from '../../core/digest.ts';
import type { Experience } from '../../core/library/experience.ts';
import { relevance, termCounts, weighTerms } from '../../core/learning/relevance.ts';
import { createNumbers, createWordTable } from '../../core/numbers.ts';
import { locateRecords, recordsByRank } from './read-in-order.ts';
import { type Found, isLiteral, searchedText } from '../comparing/search.ts';
import type { Shards } from './shards.ts';

/**
 * What `searchLibrary` finds, cut to a limit. All shards are read twice: to count in how many texts each term stands, 16
 * to 28 bytes a term, and to weigh the texts. Held are the best alone.
 */
export async function searchShards(shards: Shards, query: string, limit: number, sha256: Sha256): Promise<Found[]> {
  if (query.trim() === '') return [];
  const words = createWordTable();
  const frequency = createNumbers();
  const locations = await locateRecords(shards, sha256, (record) => {
    for (const term of termCounts(searchedText(record)).keys()) {
      const word = words.add(term);
      if (word === frequency.count()) frequency.add(0);
      frequency.set(word, frequency.at(word) + 1);
    }
  });
  const vectorOf = weighTerms(locations.count, (term) => frequency.at(words.find(term)));
  const asked = vectorOf(termCounts(query));
  const placeOf = new Uint32Array(locations.count);
  for (const [place, rank] of locations.order.entries()) placeOf[rank] = place;

  const best = createBest(limit);
  let rank = 0;
  for await (const experience of recordsByRank(shards)) {
    const place = placeOf[rank++] ?? 0;
    const text = searchedText(experience);
    if (isLiteral(experience, text, query)) best.offer({ experience, relevance: 1, place });
    else {
      const terms = termCounts(text);
      // Without a term in common there is nothing to weigh.
      if (![...asked.keys()].some((term) => terms.has(term))) continue;
      const value = relevance(vectorOf(terms), asked);
      if (value > 0) best.offer({ experience, relevance: value, place });
    }
  }
  return best.sorted().map(({ experience, relevance: value }) => ({ experience, relevance: value }));
}

interface Candidate {
  readonly experience: Experience;
  readonly relevance: number;
  readonly place: number;
}

/** The most relevant so far; of equal ones the first in the library. */
function createBest(limit: number) {
  let held: Candidate[] = [];
  const sort = () => held.sort((one, other) => other.relevance - one.relevance || one.place - other.place);
  let least = 0;
  return {
    offer: (candidate: Candidate) => {
      if (held.length >= limit && candidate.relevance < least) return;
      held.push(candidate);
      if (held.length < 2 * limit + 1000) return;
      held = sort().slice(0, limit);
      least = held.at(-1)?.relevance ?? 0;
    },
    sorted: () => sort().slice(0, limit),
  };
}
