import type { Problem } from '../core/learning/problem.ts';
import { randomFor } from '../core/random.ts';
import type { Run } from './run.ts';

/** How often in a row each problem's group taught nothing when it was last worked on; problems that taught are absent. */
export type Barren = Readonly<Record<string, number>>;

/** Chance that a group is drawn like any other all the same, to the power of the times that its problem taught nothing. */
const exploration = 0.1;

/**
 * The size at which a group is left, because its problem is predicted to teach nothing: it taught nothing the last time,
 * or several times in a row, as problems do that the model always solves or never. Two samples then, and one from the
 * second time on, tell how it goes. Undefined where nothing is predicted, and with a seeded chance that falls with each
 * time, so that no problem is given up for good. Two samples that differ are learned from like any other group. (After
 * GRESO: Zheng et al. 2025, "Act Only When It Pays", arXiv:2506.02177.) Never where groups are drawn whole.
 */
export function predictedSize(problem: Problem, step: number, barren: Barren, run: Run): number | undefined {
  const { adaptiveGroups, groundTruth, groupSize, seed } = run.settings;
  const times = barren[problem.id] ?? 0;
  if (!adaptiveGroups || !groundTruth || times === 0) return undefined;
  if (randomFor(seed, 'predict', step, problem.id)() < exploration ** times) return undefined;
  return Math.min(groupSize, times === 1 ? 2 : 1);
}

/** The memory with a step's groups added. A group of which fewer than two rollouts were graded says nothing. */
export function recordBarren(
  barren: Barren,
  groups: readonly { readonly problemId: string; readonly taught: boolean; readonly graded: number }[],
): Record<string, number> {
  const next = new Map(Object.entries(barren));
  for (const { problemId, taught, graded } of groups) {
    if (taught) next.delete(problemId);
    else if (graded >= 2) next.set(problemId, (next.get(problemId) ?? 0) + 1);
  }
  return Object.fromEntries(next);
}
