import { createNumbers, createPairTable, createWordTable } from '../numbers.ts';
import { contentWords } from './quality.ts';

export interface NearDuplicate {
  /** Place of the earlier text. */
  readonly first: number;
  readonly second: number;
  /** Jaccard similarity of their content words, (0, 1]. */
  readonly overlap: number;
}

/** Comparisons at most, so that a million texts of one pattern come to an end; a few thousand texts take fewer. */
const mostCompared = 20_000_000;
/** Earlier texts that one is compared with in any case. */
const leastCompared = 64;

/** Room for what floating-point numbers round away. */
const tiny = 1e-9;

/** Texts to be compared with one another: 4 bytes a word are kept of each, and about 20 more. */
export interface NearDuplicates {
  add(text: string): void;
  /**
   * Each text with the earlier one that shares most of its content words, the first of equal ones, where they share at
   * least the threshold of them.
   */
  find(): Generator<NearDuplicate>;
}

/**
 * Two sets that overlap that much have a word in common among the rarest few of each (prefix filtering: Bayardo, Ma and
 * Srikant, 2007), at places that leave room for so large an overlap (positional filtering: Xiao, Wang, Lin and Yu,
 * 2008), so only texts that share one of those there are compared.
 *
 * @param threshold (0, 1]
 */
export function createNearDuplicates(threshold: number): NearDuplicates {
  const words = createWordTable();
  const ends = createNumbers();
  const members = createNumbers();
  return {
    add: (text) => {
      for (const word of contentWords(text)) members.add(words.add(word));
      ends.add(members.count());
    },
    find: () => findAll(members.all(), ends.all(), words.count(), threshold),
  };
}

export function nearDuplicates(texts: readonly string[], threshold: number): NearDuplicate[] {
  const finder = createNearDuplicates(threshold);
  for (const text of texts) finder.add(text);
  return [...finder.find()];
}

/** @param members words of all sets, one set behind the other; renamed and sorted in place, the rarest first */
function* findAll(members: Uint32Array, ends: Uint32Array, words: number, threshold: number): Generator<NearDuplicate> {
  sortByRarity(members, ends, words);
  const startOf = (index: number) => (index === 0 ? 0 : (ends[index - 1] ?? 0));
  /** Sets by a word, the place where it stands among the rarest, and their size; the last one added first. */
  const buckets = createPairTable();
  const [newest, before, holders] = [createNumbers(), createNumbers(), createNumbers()];
  /** By set: one more than the set that it was last compared with. */
  const compared = new Uint32Array(ends.length);

  for (let second = 0; second < ends.length; second++) {
    const set = members.subarray(startOf(second), ends[second]);
    const prefix = prefixOf(set.length);
    let best: NearDuplicate | undefined;
    let left = Math.max(leastCompared, Math.ceil(mostCompared / ends.length));
    for (let place = 0; place < prefix && left > 0; place++)
      for (const bucket of reachable(set, place))
        for (let node = newest.at(bucket); node !== 0 && left > 0; node = before.at(node - 1)) {
          const first = holders.at(node - 1);
          if (compared[first] === second + 1) continue;
          compared[first] = second + 1;
          left--;
          const overlap = jaccard(members, startOf(first), ends[first] ?? 0, set);
          const better = best === undefined || overlap > best.overlap;
          if (overlap >= threshold && (better || (overlap === best?.overlap && first < best.first)))
            best = { first, second, overlap };
        }
    if (best !== undefined) yield best;
    for (let place = 0; place < prefix; place++) put(set[place] ?? 0, place, set.length, second);
  }

  function prefixOf(size: number): number {
    return size === 0 ? 0 : size - Math.ceil(threshold * size - tiny) + 1;
  }

  /** Buckets of the sets that have the word at `place` where it leaves room enough. */
  function* reachable(set: Uint32Array, place: number): Generator<number> {
    const size = set.length;
    const largest = Math.floor(size / threshold + tiny);
    for (let other = Math.ceil(threshold * size - tiny); other <= largest; other++) {
      const needed = Math.ceil((threshold * (size + other)) / (1 + threshold) - tiny);
      for (let there = 0; there < prefixOf(other); there++) {
        if (1 + Math.min(size - place - 1, other - there - 1) < needed) break;
        const bucket = buckets.find(set[place] ?? 0, there * 65_536 + other);
        if (bucket !== -1) yield bucket;
      }
    }
  }

  function put(word: number, place: number, size: number, holder: number): void {
    const bucket = buckets.add(word, place * 65_536 + size);
    if (bucket === newest.count()) newest.add(0);
    holders.add(holder);
    before.add(newest.at(bucket));
    newest.set(bucket, holders.count());
  }
}

/** Gives words numbers in the order of how many sets hold them, and sorts each set by these. */
function sortByRarity(members: Uint32Array, ends: Uint32Array, words: number): void {
  const frequency = new Uint32Array(words);
  for (const word of members) frequency[word] = (frequency[word] ?? 0) + 1;
  const byRarity = Uint32Array.from({ length: words }, (_, word) => word).sort(
    (one, other) => (frequency[one] ?? 0) - (frequency[other] ?? 0) || one - other,
  );
  const rank = frequency;
  for (const [place, word] of byRarity.entries()) rank[word] = place;
  for (let place = 0; place < members.length; place++) members[place] = rank[members[place] ?? 0] ?? 0;
  let start = 0;
  for (const end of ends) {
    members.subarray(start, end).sort();
    start = end;
  }
}

/** Of two sets in ascending order, the first one being members [start, end). */
function jaccard(members: Uint32Array, start: number, end: number, other: Uint32Array): number {
  let [common, at, there] = [0, start, 0];
  while (at < end && there < other.length) {
    const [left, right] = [members[at] as number, other[there] as number];
    if (left === right) common++;
    if (left <= right) at++;
    if (right <= left) there++;
  }
  return common / (end - start + other.length - common);
}
