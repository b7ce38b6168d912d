import type { Experience } from './experience.ts';
import type { Library } from './library.ts';

/** Weights of the three terms of {@link qualityScores}; 0 or more each. */
export interface QualityWeights {
  /** Of the share of votes that are for it. */
  readonly alpha: number;
  /** Of its use, as a share of the most used one's. */
  readonly beta: number;
  /** Of its confidence. */
  readonly gamma: number;
}

export const defaultQualityWeights: QualityWeights = { alpha: 0.4, beta: 0.2, gamma: 0.4 };

/**
 * Q(e) = alpha · upvotes / (upvotes + downvotes) + beta · usage / max usage + gamma · confidence (paper, section 7.4),
 * by id. The paper leaves open what a share of nothing is: without a vote the first term is alpha / 2, as if opinions
 * were divided, so that what is new is not pruned for being new; where nothing was ever used, the second is 0.
 */
export function qualityScores(
  library: Library,
  weights: QualityWeights = defaultQualityWeights,
): ReadonlyMap<string, number> {
  const mostUsed = library.experiences.reduce((most, { metadata }) => Math.max(most, metadata.usage_count), 0);
  return new Map(library.experiences.map((experience) => [experience.id, qualityScore(experience, mostUsed, weights)]));
}

/** Of one experience. @param mostUsed the largest `usage_count` of its library */
export function qualityScore(
  { metadata, confidence }: Experience,
  mostUsed: number,
  weights: QualityWeights = defaultQualityWeights,
): number {
  const { upvotes, downvotes } = metadata.votes;
  const liked = upvotes + downvotes === 0 ? 0.5 : upvotes / (upvotes + downvotes);
  const used = mostUsed === 0 ? 0 : metadata.usage_count / mostUsed;
  return weights.alpha * liked + weights.beta * used + weights.gamma * confidence;
}
