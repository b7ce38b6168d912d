import { charactersPerToken, countTokens } from './count-tokens.ts';

/** Finds how much of a prompt's beginning was seen before, and remembers the prompt. @returns tokens, whole blocks */
export type PrefixCache = (prompt: string) => number;

/**
 * A prefix cache in blocks, as vLLM's: each block is known by a hash of itself and of all before it. The least
 * recently used blocks are forgotten first. At least one token of a prompt is always computed anew.
 */
export function createPrefixCache(cacheTokens: number, blockTokens: number): PrefixCache {
  const capacity = Math.floor(cacheTokens / blockTokens);
  const width = blockTokens * charactersPerToken;
  const seen = new Set<number>();
  return (prompt) => {
    if (capacity === 0) return 0;
    let matched = 0;
    let low = 0x811c9dc5;
    let high = 0x9e3779b9;
    let unbroken = true;
    for (let end = width; end <= prompt.length; end += width) {
      for (let index = end - width; index < end; index++) {
        const unit = prompt.charCodeAt(index);
        low = Math.imul(low ^ unit, 0x01000193);
        high = Math.imul(high ^ unit, 0x85ebca6b) + 1;
      }
      const key = (low >>> 0) * 0x200000 + (high >>> 11);
      // Deleting and adding moves the block to the end of the set's order: what stands first is the oldest.
      const known = seen.delete(key);
      seen.add(key);
      unbroken &&= known;
      if (unbroken) matched++;
      if (seen.size > capacity) seen.delete(seen.values().next().value as number);
    }
    return Math.min(matched * blockTokens, Math.max(0, countTokens(prompt) - 1));
  };
}
