import { rewardOf } from './outcome.ts';
import type { Group, Rollout } from './rollout.ts';

/** Rewards within this of each other count as equal. */
export const defaultSignalThreshold = 1e-6;

export type LearnFrom = 'mixed' | 'failures' | 'all';

/** Mean and population standard deviation of a group's rewards; null when nothing was graded. */
export function rewardSpread(
  rollouts: readonly Rollout[],
): { readonly mean: number; readonly std: number; readonly graded: number } | null {
  const rewards = rollouts.flatMap(({ outcome }) => rewardOf(outcome) ?? []);
  if (rewards.length === 0) return null;
  const mean = rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length;
  const variance = rewards.reduce((sum, reward) => sum + (reward - mean) ** 2, 0) / rewards.length;
  return { mean, std: Math.sqrt(variance), graded: rewards.length };
}

/**
 * A_i = (R_i - mean) / std over the graded rollouts of a group (paper 4.2), in their order; undefined for rollouts
 * without a reward, and for all of a group without spread.
 */
export function advantages(
  rollouts: readonly Rollout[],
  threshold = defaultSignalThreshold,
): readonly (number | undefined)[] {
  const spread = rewardSpread(rollouts);
  return rollouts.map(({ outcome }) => {
    const reward = rewardOf(outcome);
    if (reward === undefined || spread === null || spread.std <= threshold) return undefined;
    return (reward - spread.mean) / spread.std;
  });
}

/** A group is contested when its rewards spread; the mean says nothing about that. */
export function isContested(rollouts: readonly Rollout[], threshold = defaultSignalThreshold): boolean {
  const spread = rewardSpread(rollouts);
  return spread !== null && spread.graded >= 2 && spread.std > threshold;
}

/**
 * Whether a group is learned from: `mixed` takes contested groups; `failures` also those without one correct rollout;
 * `all` every group in which the model said anything. A group of one can never be contested, so the control G = 1
 * learns from whatever was graded.
 */
export function isLearnedFrom(
  group: Group,
  from: LearnFrom,
  groupSize: number,
  threshold = defaultSignalThreshold,
): boolean {
  const { rollouts } = group;
  if (isContested(rollouts, threshold)) return true;
  if (!rollouts.some(({ outcome }) => outcome.kind !== 'failed')) return false;
  if (groupSize === 1 && rollouts.some(({ outcome }) => rewardOf(outcome) !== undefined)) return true;
  if (from === 'all') return true;
  return from === 'failures' && !rollouts.some(({ outcome }) => outcome.kind === 'correct');
}
