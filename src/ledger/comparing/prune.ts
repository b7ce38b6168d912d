import { type QualityWeights, qualityScores } from '../../core/library/quality-score.ts';
import type { Experience } from '../../core/library/experience.ts';
import type { Library } from '../../core/library/library.ts';

export interface PruneOptions {
  /** Experiences that may stay at most. */
  readonly keep: number;
  /** What scores less goes, however few there are. */
  readonly below?: number | undefined;
  readonly weights: QualityWeights;
}

export interface Pruned {
  readonly library: Library;
  /** What goes, the lowest score first. */
  readonly removed: readonly { readonly experience: Experience; readonly score: number }[];
}

/** Takes out the experiences of the lowest quality (paper, section 7.4); of equal ones the younger goes first. */
export function pruneLibrary(library: Library, { keep, below, weights }: PruneOptions): Pruned {
  const scores = qualityScores(library, weights);
  const ranked = library.experiences.map((experience, place) => ({
    experience,
    place,
    score: scores.get(experience.id) ?? 0,
  }));
  ranked.sort((one, other) => one.score - other.score || other.place - one.place);
  const surplus = Math.max(0, ranked.length - keep);
  const removed = ranked.filter(({ score }, index) => index < surplus || (below !== undefined && score < below));
  const gone = new Set(removed.map(({ experience }) => experience));
  return {
    library: { experiences: library.experiences.filter((experience) => !gone.has(experience)) },
    removed: removed.map(({ experience, score }) => ({ experience, score })),
  };
}
