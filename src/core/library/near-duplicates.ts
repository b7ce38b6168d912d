import { contentWords } from './quality.ts';

export interface NearDuplicate {
  /** Place of the earlier text. */
  readonly first: number;
  readonly second: number;
  /** Jaccard similarity of their content words, (0, 1]. */
  readonly overlap: number;
}

/**
 * Each text with the earlier one that shares most of its content words, where they share at least `threshold` of them.
 * Two sets that overlap that much have a word in common among the rarest few of each (prefix filtering: Bayardo, Ma and
 * Srikant, 2007), so only texts that share one of those are compared.
 *
 * @param threshold (0, 1]
 */
export function nearDuplicates(texts: readonly string[], threshold: number): NearDuplicate[] {
  const sets = texts.map(contentWords);
  const frequency = new Map<string, number>();
  for (const set of sets) for (const word of set) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  const rareFirst = (one: string, other: string) =>
    (frequency.get(one) ?? 0) - (frequency.get(other) ?? 0) || (one < other ? -1 : 1);

  const byWord = new Map<string, number[]>();
  const found: NearDuplicate[] = [];
  for (const [second, set] of sets.entries()) {
    const prefix = [...set].sort(rareFirst).slice(0, set.size - Math.ceil(threshold * set.size) + 1);
    let best: NearDuplicate | undefined;
    for (const first of new Set(prefix.flatMap((word) => byWord.get(word) ?? []))) {
      const overlap = jaccard(sets[first] as Set<string>, set);
      if (overlap >= threshold && overlap > (best?.overlap ?? 0)) best = { first, second, overlap };
    }
    if (best !== undefined) found.push(best);
    for (const word of prefix) {
      const places = byWord.get(word);
      if (places === undefined) byWord.set(word, [second]);
      else places.push(second);
    }
  }
  return found;
}

function jaccard(one: Set<string>, other: Set<string>): number {
  let common = 0;
  for (const word of one) if (other.has(word)) common++;
  return common / (one.size + other.size - common);
}
