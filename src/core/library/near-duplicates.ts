import { createNumbers, createPairTable, createWordTable } from '../numbers.ts';
import { contentWords } from './quality.ts';

export interface NearDuplicate {
  /** Place of the earlier text. */
  readonly first: number;
  readonly second: number;
  /** Jaccard similarity of their content words, (0, 1]. */
  readonly overlap: number;
}

/**
 * Earlier texts that are looked at in one run, so that a million texts of the worst pattern come to an end within
 * minutes. A million texts that people or models wrote take a small part of it.
 */
const mostCompared = 4_000_000_000;
/** Earlier texts that each one is compared with in any case. */
const leastCompared = 64;

/** Room for what floating-point numbers round away. */
const tiny = 1e-9;

/** Texts to be compared with one another: 4 bytes a word are kept of each, and about 60 more. */
export interface NearDuplicates {
  add(text: string): void;
  /**
   * Each text with the earlier one that shares most of its content words, the first of equal ones, where they share at
   * least the threshold of them.
   *
   * @returns how many texts were not compared with all that could share as much; 0 unless very many are very alike
   */
  find(): Generator<NearDuplicate, number>;
}

/**
 * Two sets that overlap that much have a word in common among the rarest few of each (prefix filtering: Bayardo, Ma and
 * Srikant, 2007), at places that leave room for so large an overlap (positional filtering: Xiao, Wang, Lin and Yu,
 * 2008), so only texts that share one of those there are compared; and of them, once one is found, only those that may
 * share more. Before words are compared, 64 bits of each tell how many differ at least.
 *
 * @param threshold (0, 1]
 */
export function createNearDuplicates(threshold: number, most = mostCompared): NearDuplicates {
  const words = createWordTable();
  const ends = createNumbers();
  const members = createNumbers();
  return {
    add: (text) => {
      for (const word of contentWords(text)) members.add(words.add(word));
      ends.add(members.count());
    },
    find: () => findAll({ members: members.all(), ends: ends.all() }, words.count(), threshold, most),
  };
}

/** As {@link NearDuplicates} finds them. */
export function nearDuplicates(texts: readonly string[], threshold: number): NearDuplicate[] {
  const finder = createNearDuplicates(threshold);
  for (const text of texts) finder.add(text);
  return [...finder.find()];
}

/** Words of all sets, one set behind the other, and where each ends. */
interface WordSets {
  readonly members: Uint32Array;
  readonly ends: Uint32Array;
}

/** @param sets their words are renamed and sorted in place, the rarest first */
function* findAll(sets: WordSets, words: number, threshold: number, most: number): Generator<NearDuplicate, number> {
  const { members, ends } = sets;
  const unique = sortByRarity(sets, words);
  const startOf = (index: number) => (index === 0 ? 0 : (ends[index - 1] ?? 0));
  const likeSizes = findLikeSizes(sets, threshold);
  const { buckets, starts, holders } = fillBuckets();
  const signatures = signSets(sets);
  /** By set: one more than the set that it was last compared with. */
  const compared = new Uint32Array(ends.length);
  let left = most;
  let unchecked = 0;

  for (let second = 0; second < ends.length; second++) {
    const allowed = Math.max(left, leastCompared);
    const found = findBest(second, allowed);
    left = Math.max(0, left - found.looked);
    if (found.looked > allowed) unchecked++;
    if (found.first !== -1) yield { first: found.first, second, overlap: found.overlap };
  }
  return unchecked;

  function findBest(second: number, allowed: number) {
    const [start, end] = [startOf(second), ends[second] ?? 0];
    const size = end - start;
    const prefix = prefixOf(size);
    let [first, overlap, looked] = [-1, 0, 0];
    for (let place = 0; place < prefix; place++) {
      const word = members[start + place] ?? 0;
      if (word < unique) continue;
      for (const other of likeSizes.get(size) ?? []) {
        const needed = leastCommon(size + other);
        const there = prefixOf(other);
        for (let at = 0; at < there; at++) {
          const common = 1 + Math.min(size - place - 1, other - at - 1);
          const bound = common / (size + other - common);
          if (common < needed || bound < overlap) break;
          const bucket = buckets.find(word, at * 65_536 + other);
          if (bucket !== -1) lookInto(bucket, other, bound);
        }
      }
    }
    return { first, overlap, looked };

    /** @param bound what a set in the bucket may share at most, unless it was compared before */
    function lookInto(bucket: number, other: number, bound: number): void {
      const behind = starts[bucket + 1] ?? 0;
      for (let at = starts[bucket] ?? 0; at < behind; at++) {
        const candidate = holders[at] ?? 0;
        // They come in order: of those that share the same the first is found first.
        if (candidate >= second || bound < overlap || (bound === overlap && candidate > first)) return;
        if (looked >= allowed) return void (looked = allowed + 1);
        looked++;
        if (compared[candidate] === second + 1) continue;
        compared[candidate] = second + 1;
        const common = Math.max(
          leastCommon(size + other),
          Math.ceil((overlap * (size + other)) / (1 + overlap) - tiny),
        );
        if (differingBits(signatures, candidate, second) > size + other - 2 * common) continue;
        const shared = jaccard(members, startOf(candidate), ends[candidate] ?? 0, start, end);
        if (shared < threshold || shared < overlap || (shared === overlap && candidate > first)) continue;
        [first, overlap] = [candidate, shared];
      }
    }
  }

  function prefixOf(size: number): number {
    return size === 0 ? 0 : size - Math.ceil(threshold * size - tiny) + 1;
  }

  /** Words that two sets that are alike have in common at least. @param sizes of both, added */
  function leastCommon(sizes: number): number {
    return Math.ceil((threshold * sizes) / (1 + threshold) - tiny);
  }

  /**
   * Sets by a word, the place where it stands among the rarest, and their size, in ascending order. A word that one set
   * alone has leads to none.
   */
  function fillBuckets() {
    const table = createPairTable();
    const counts = createNumbers();
    forEachPlace((word, key) => {
      const bucket = table.add(word, key);
      if (bucket === counts.count()) counts.add(0);
      counts.set(bucket, counts.at(bucket) + 1);
    });
    const from = new Uint32Array(counts.count() + 1);
    for (let bucket = 0; bucket < counts.count(); bucket++) from[bucket + 1] = (from[bucket] ?? 0) + counts.at(bucket);
    const sorted = new Uint32Array(from.at(-1) ?? 0);
    const next = from.slice();
    forEachPlace((word, key, set) => {
      const bucket = table.find(word, key);
      const free = next[bucket] ?? 0;
      sorted[free] = set;
      next[bucket] = free + 1;
    });
    return { buckets: table, starts: from, holders: sorted };
  }

  function forEachPlace(act: (word: number, key: number, set: number) => void): void {
    for (let set = 0; set < ends.length; set++) {
      const start = startOf(set);
      const size = (ends[set] ?? 0) - start;
      const prefix = prefixOf(size);
      for (let place = 0; place < prefix; place++) {
        const word = members[start + place] ?? 0;
        if (word >= unique) act(word, place * 65_536 + size, set);
      }
    }
  }
}

/**
 * Gives words numbers in the order of how many sets hold them, and sorts each set by these.
 *
 * @returns how many words are in one set alone: theirs are the lowest numbers
 */
function sortByRarity({ members, ends }: WordSets, words: number): number {
  const frequency = new Uint32Array(words);
  for (const word of members) frequency[word] = (frequency[word] ?? 0) + 1;
  let unique = 0;
  for (const count of frequency) if (count === 1) unique++;
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
  return unique;
}

/** For each size the sizes that sets may have that are alike to one of it, as far as there are such; the nearest first. */
function findLikeSizes({ ends }: WordSets, threshold: number): ReadonlyMap<number, readonly number[]> {
  const sizes = new Set<number>();
  let start = 0;
  for (const end of ends) {
    sizes.add(end - start);
    start = end;
  }
  const like = (size: number) => {
    const [least, largest] = [Math.ceil(threshold * size - tiny), Math.floor(size / threshold + tiny)];
    const near = [...sizes].filter((other) => other >= least && other <= largest);
    return near.sort((one, other) => Math.abs(one - size) - Math.abs(other - size) || one - other);
  };
  return new Map([...sizes].map((size) => [size, like(size)]));
}

/** Of each set 64 bits, two numbers: a word sets one of them. */
function signSets({ members, ends }: WordSets): Uint32Array {
  const signatures = new Uint32Array(ends.length * 2);
  let start = 0;
  for (const [set, end] of ends.entries()) {
    for (let place = start; place < end; place++) {
      const bit = Math.imul(members[place] ?? 0, 0x9e3779b1) >>> 26;
      const at = set * 2 + (bit >>> 5);
      signatures[at] = (signatures[at] ?? 0) | (1 << (bit & 31));
    }
    start = end;
  }
  return signatures;
}

/** No more than the words that one of the two sets alone has. */
function differingBits(signatures: Uint32Array, one: number, other: number): number {
  return (
    countBits((signatures[one * 2] ?? 0) ^ (signatures[other * 2] ?? 0)) +
    countBits((signatures[one * 2 + 1] ?? 0) ^ (signatures[other * 2 + 1] ?? 0))
  );
}

function countBits(bits: number): number {
  let count = bits - ((bits >>> 1) & 0x55555555);
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333);
  return Math.imul((count + (count >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Of two sets in ascending order, members [start, end) and [otherStart, otherEnd). */
function jaccard(members: Uint32Array, start: number, end: number, otherStart: number, otherEnd: number): number {
  let [common, at, there] = [0, start, otherStart];
  while (at < end && there < otherEnd) {
    const [left, right] = [members[at] as number, members[there] as number];
    if (left === right) common++;
    if (left <= right) at++;
    if (right <= left) there++;
  }
  return common / (end - start + otherEnd - otherStart - common);
}
