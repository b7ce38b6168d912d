import type { Problem } from '../core/learning/problem.ts';
import type { Rollout } from '../core/learning/rollout.ts';
import type { Library } from '../core/library/library.ts';
import { firstRollout } from './rollout.ts';
import type { Run, Step, World } from './run.ts';

export interface Opening {
  readonly problem: Problem;
  /** The group's first rollout, where it was begun to see how long the problem takes. */
  readonly first: Promise<Rollout> | undefined;
  /** False where only the first rollout is begun. */
  readonly isWhole: boolean;
}

/** With more groups than this, the work is what takes time and not the longest chain, and memory counts. */
const mostMeasured = 1000;

/**
 * The order in which a step's groups are opened: the longest first, since its end waits for the longest chain. Where
 * groups are drawn whole and nobody knows yet how long the problems take, a first rollout of each is begun before the
 * rest of any: those that still run when a slot is free are the long ones. (Adaptive groups begin with two anyway.)
 *
 * @param lengths mean completion tokens by problem, from earlier steps
 */
export function* openLongestFirst(
  { problems, step }: Step,
  library: Library,
  lengths: ReadonlyMap<string, number>,
  run: Run,
  world: World,
): Generator<Opening, void> {
  const { adaptiveGroups, groundTruth, groupSize } = run.settings;
  const drawnWhole = groupSize > 1 && !(adaptiveGroups && groundTruth);
  const unknown = problems.filter(({ id }) => !lengths.has(id));
  if (!drawnWhole || unknown.length === 0 || problems.length > mostMeasured) {
    for (const problem of longestFirst(problems, lengths)) yield { problem, first: undefined, isWhole: true };
    return;
  }
  const known = new Map(lengths);
  const begun = new Map<string, Promise<Rollout>>();
  for (const problem of unknown) {
    known.set(problem.id, Number.POSITIVE_INFINITY);
    const first = firstRollout(problem, library, step, run, world);
    begun.set(problem.id, first);
    void first.then(
      ({ usage }) => known.set(problem.id, usage.completionTokens),
      () => known.set(problem.id, 0),
    );
    yield { problem, first, isWhole: false };
  }
  let left = problems;
  for (;;) {
    const [problem, ...others] = longestFirst(left, known);
    if (problem === undefined) return;
    left = others;
    yield { problem, first: begun.get(problem.id), isWhole: true };
  }
}

/** Stable; one of which nothing is known comes last. */
function longestFirst(problems: readonly Problem[], lengths: ReadonlyMap<string, number>): Problem[] {
  return problems.toSorted(({ id: a }, { id: b }) => {
    const [one, other] = [lengths.get(a) ?? 0, lengths.get(b) ?? 0];
    return one === other ? 0 : other - one;
  });
}
