import type { Experience } from '../../core/library/experience.ts';
import type { Library } from '../../core/library/library.ts';
import { type NearDuplicate, nearDuplicates } from '../../core/library/near-duplicates.ts';
import { canonicalJson } from '../../core/tree/canonical.ts';

export interface Deduplicated {
  readonly library: Library;
  readonly merged: readonly {
    readonly kept: Experience;
    readonly removed: Experience;
    /** Share of content words that they have in common, (0, 1]. */
    readonly overlap: number;
  }[];
}

/**
 * Folds experiences that share most of their words into one: the more confident, the elder where they are equal. It
 * takes over the other's votes, uses, examples and evidence, and names it in its lineage.
 *
 * @param threshold (0, 1]; two that say the same in other words are left to readers and models
 */
export function deduplicateLibrary(library: Library, threshold: number): Deduplicated {
  const { experiences } = library;
  const pairs = nearDuplicates(
    experiences.map(({ text }) => text),
    threshold,
  );
  const { kept, gone, merged } = foldPairs(pairs, (place) => experiences[place]);
  const left = experiences.flatMap((record, place) => (gone.has(place) ? [] : [kept.get(place) ?? record]));
  return { library: { experiences: left }, merged };
}

export interface Folded {
  /** What took over others, by its place. */
  readonly kept: ReadonlyMap<number, Experience>;
  /** Places of what was taken over. */
  readonly gone: ReadonlySet<number>;
  readonly merged: Deduplicated['merged'];
}

/** @param pairs in the order of the second of each @param at the experience at a place */
export function foldPairs(pairs: readonly NearDuplicate[], at: (place: number) => Experience | undefined): Folded {
  const kept = new Map<number, Experience>();
  const recordAt = (place: number) => kept.get(place) ?? at(place);
  const gone = new Set<number>();
  /** Where what stood at a place has gone. */
  const moved = new Map<number, number>();
  const follow = (place: number): number => {
    const next = moved.get(place);
    return next === undefined ? place : follow(next);
  };
  const merged: { kept: number; removed: Experience; overlap: number }[] = [];
  for (const { first, second, overlap } of pairs) {
    const elder = follow(first);
    const [one, other] = [recordAt(elder), recordAt(second)];
    if (one === undefined || other === undefined || one.domain !== other.domain) continue;
    const [stays, goes] = other.confidence > one.confidence ? [second, elder] : [elder, second];
    const [winner, loser] = stays === elder ? [one, other] : [other, one];
    kept.set(stays, absorb(winner, loser));
    kept.delete(goes);
    gone.add(goes);
    moved.set(goes, stays);
    merged.push({ kept: stays, removed: loser, overlap });
  }
  return {
    kept,
    gone,
    merged: merged.map(({ kept: place, removed, overlap }) => ({
      kept: recordAt(follow(place)) as Experience,
      removed,
      overlap,
    })),
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
