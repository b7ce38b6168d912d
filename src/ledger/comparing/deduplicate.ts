import type { Experience } from '../../core/library/experience.ts';
import type { Library } from '../../core/library/library.ts';
import { type NearDuplicate, createNearDuplicates } from '../../core/library/near-duplicates.ts';
import { createColumn, createNumbers } from '../../core/numbers.ts';
import { canonicalJson } from '../../core/tree/canonical.ts';
import { mostListed } from '../shards/compare-shards.ts';

interface Folded {
  readonly kept: Experience;
  readonly removed: Experience;
  /** Share of content words that the later of the two has in common with an earlier one that was folded, (0, 1]. */
  readonly overlap: number;
}

export interface Deduplicated {
  readonly library: Library;
  readonly merged: readonly Folded[];
  /** How many experiences were not compared with all that could be as alike: 0 unless very many are very alike. */
  readonly unchecked: number;
}

/**
 * Folds experiences that share most of their words into one: the more confident, the elder where they are equal. It
 * takes over the other's votes, uses, examples and evidence, and names it in its lineage.
 *
 * @param threshold (0, 1]; two that say the same in other words are left to readers and models
 */
export function deduplicateLibrary(library: Library, threshold: number): Deduplicated {
  const { experiences } = library;
  const texts = createNearDuplicates(threshold);
  for (const { text } of experiences) texts.add(text);
  const clusters = clusterPairs(texts.find(), (place) => experiences[place]?.domain);
  const folding = createFolding(clusters);
  const kept = new Map<number, Experience>();
  const keep = (done: Standing | undefined) => void (done && kept.set(done.place, done.experience));
  for (const place of clusters.members) keep(folding.take(place, experiences[place] as Experience));
  keep(folding.end());
  const members = new Set(clusters.members);
  const left = experiences.flatMap((record, place) => (members.has(place) ? (kept.get(place) ?? []) : [record]));
  return { library: { experiences: left }, merged: folding.merged(), unchecked: clusters.unchecked };
}

/** Experiences of which one is to take over all others, by their places. */
export interface Clusters {
  /** Cluster by cluster, each in ascending order. */
  readonly members: Uint32Array;
  /** The place of the first of a member's cluster. */
  readonly firstOf: (place: number) => number;
  /** How many are to be taken over. */
  readonly count: number;
  /** By the place of the later one of a pair, where the pairs are few enough to be listed. */
  readonly overlaps: ReadonlyMap<number, number> | undefined;
  readonly unchecked: number;
}

/** @param pairs in the order of the second of each @param domainOf two of different domains stay apart */
export function clusterPairs(
  pairs: Generator<NearDuplicate, number>,
  domainOf: (place: number) => string | number | undefined,
): Clusters {
  /** By place: one more than the place of the first in its cluster. */
  const firsts = createColumn();
  const places = createNumbers();
  const overlaps = new Map<number, number>();
  let count = 0;
  let next = pairs.next();
  for (; next.done !== true; next = pairs.next()) {
    const { first, second, overlap } = next.value;
    if (domainOf(first) !== domainOf(second)) continue;
    if (firsts.at(first) === 0) {
      firsts.set(first, first + 1);
      places.add(first);
    }
    firsts.set(second, firsts.at(first));
    places.add(second);
    if (++count <= mostListed) overlaps.set(second, overlap);
  }
  const members = places.all().sort((one, other) => firsts.at(one) - firsts.at(other) || one - other);
  return {
    members,
    firstOf: (place) => firsts.at(place) - 1,
    count,
    overlaps: count > mostListed ? undefined : overlaps,
    unchecked: next.value,
  };
}

/** What stands for all of a cluster. */
export interface Standing {
  /** Its own. */
  readonly place: number;
  readonly experience: Experience;
}

/** Folds the members of clusters as they come: at each moment one of a cluster stands for all of it so far. */
export interface Folding {
  /** Returns what stands for the cluster before, once its last member was taken. */
  take(place: number, experience: Experience): Standing | undefined;
  /** What stands for the last cluster; undefined where there was none. */
  end(): Standing | undefined;
  /** What was folded, in the order of the later one of each pair; nothing where it is more than can be listed. */
  merged(): readonly Folded[];
}

export function createFolding({ firstOf, overlaps }: Clusters): Folding {
  let standing: Standing | undefined;
  let first = -1;
  const found: { readonly place: number; readonly first: number; readonly removed: Experience }[] = [];
  const kept = new Map<number, Experience>();
  const end = () => {
    if (overlaps !== undefined && standing !== undefined) kept.set(first, standing.experience);
    return standing;
  };
  return {
    take: (place, experience) => {
      const next = { place, experience };
      if (standing === undefined || firstOf(place) !== first) {
        const done = end();
        [standing, first] = [next, firstOf(place)];
        return done;
      }
      const [stays, goes] =
        experience.confidence > standing.experience.confidence ? [next, standing] : [standing, next];
      standing = { place: stays.place, experience: absorb(stays.experience, goes.experience) };
      if (overlaps !== undefined) found.push({ place, first, removed: goes.experience });
      return undefined;
    },
    end,
    merged: () =>
      found
        .sort((one, other) => one.place - other.place)
        .flatMap(({ place, first: cluster, removed }) => {
          const last = kept.get(cluster);
          return last === undefined ? [] : [{ kept: last, removed, overlap: overlaps?.get(place) ?? 0 }];
        }),
  };
}

function absorb(kept: Experience, removed: Experience): Experience {
  const { votes, usage_count } = kept.metadata;
  const other = removed.metadata;
  return {
    ...kept,
    examples: unite(kept.examples, removed.examples).slice(0, 16),
    metadata: {
      ...kept.metadata,
      votes: {
        upvotes: votes.upvotes + other.votes.upvotes,
        downvotes: votes.downvotes + other.votes.downvotes,
      },
      usage_count: usage_count + other.usage_count,
    },
    lineage: [...new Set([removed.id, ...removed.lineage, ...kept.lineage])].filter((id) => id !== kept.id).slice(-64),
    evidence: unite(removed.evidence, kept.evidence).slice(-64),
  };
}

function unite<T>(one: readonly T[], other: readonly T[]): T[] {
  return [...new Map([...one, ...other].map((member) => [canonicalJson(member), member])).values()];
}
