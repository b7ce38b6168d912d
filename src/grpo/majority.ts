import type { Problem } from '../core/learning/problem.ts';
import type { Rollout } from '../core/learning/rollout.ts';
import type { World } from './run.ts';

/**
 * Rewards without ground truth: the answer that most of the group agrees on counts as correct. Answers are compared by
 * the verifier, each against the first of every kind found so far; the earliest of equally common answers wins.
 */
export async function gradeByMajority(
  problem: Problem,
  rollouts: readonly Rollout[],
  world: World,
): Promise<Rollout[]> {
  const kinds: { readonly answer: string; readonly members: Set<Rollout> }[] = [];
  for (const rollout of rollouts) {
    const { outcome } = rollout;
    if (outcome.kind !== 'correct' && outcome.kind !== 'wrong') continue;
    const known = await findKind(problem, rollout.text, kinds, world);
    if (known === undefined) kinds.push({ answer: outcome.answer, members: new Set([rollout]) });
    else known.members.add(rollout);
  }
  const majority = kinds.reduce<(typeof kinds)[number] | undefined>(
    (best, kind) => (best === undefined || kind.members.size > best.members.size ? kind : best),
    undefined,
  );
  return rollouts.map((rollout) => {
    const { outcome } = rollout;
    if (outcome.kind !== 'correct' && outcome.kind !== 'wrong') return rollout;
    const correct = majority?.members.has(rollout) === true;
    const reason = `${majority?.members.size ?? 0} of ${rollouts.length} answered ${majority?.answer ?? ''}`;
    return {
      ...rollout,
      outcome: { kind: correct ? 'correct' : 'wrong', reward: correct ? 1 : 0, answer: outcome.answer, reason },
    };
  });
}

async function findKind<Kind extends { readonly answer: string }>(
  problem: Problem,
  response: string,
  kinds: readonly Kind[],
  world: World,
): Promise<Kind | undefined> {
  for (const kind of kinds) {
    const verdict = await world.verifier.verify({ ...problem, answer: kind.answer }, response, world.signal);
    if (verdict.kind === 'graded' && verdict.correct) return kind;
  }
  return undefined;
}
