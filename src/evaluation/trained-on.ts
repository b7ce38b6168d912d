import type { Problem } from '../core/learning/problem.ts';
import type { Library } from '../core/library/library.ts';

/**
 * The problems that libraries were learned from, as far as their evidence tells. An experience names the problems whose
 * groups taught it by id. Where the run is known to have learned from this very dataset, every problem of the dataset
 * counts, since the ones that taught nothing were worked on all the same. Ids that are bare numbers are those of many datasets:
 * they count only where the dataset is the same.
 *
 * @param datasetOf the SHA-256 of the dataset that a run (by fingerprint) learned from, where that is known
 */
export function findTrainedOn(
  { problems, sha256 }: { readonly problems: readonly Problem[]; readonly sha256: string },
  libraries: readonly Library[],
  datasetOf: (run: string) => string | undefined,
): string[] {
  const evidence = libraries.flatMap(({ experiences }) => experiences.flatMap((experience) => experience.evidence));
  if (evidence.some(({ run }) => datasetOf(run) === sha256)) return problems.map(({ id }) => id);
  const taught = new Set(evidence.map(({ group }) => group));
  return problems.map(({ id }) => id).filter((id) => taught.has(id) && !/^\d+$/.test(id));
}
