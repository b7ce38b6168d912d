import { flow } from '../core/flow.ts';
import { mean } from '../core/learning/statistics.ts';
import type { Library } from '../core/library/library.ts';
import { scoreSamples } from './gate.ts';
import type { Run, World } from './run.ts';

/**
 * The index of the candidate that scores highest on the held-out problems, by successive halving: all draw two samples
 * a problem, the better half four, and so on; of equals the first wins. Its samples are its own, so that the gate does
 * not judge the winner by the luck that made it win.
 */
export async function compete(candidates: readonly Library[], step: number, run: Run, world: World): Promise<number> {
  const scores = candidates.map(() => [] as number[]);
  let running = distinct(candidates);
  for (let samples = 0; running.length > 1;) {
    const to = Math.max(2, samples * 2);
    const drawn = await flow(run.gateProblems, world.room, world.signal, async (problem) =>
      Promise.all(
        running.map((index) =>
          scoreSamples(problem, candidates[index] as Library, samples, to, step, run, world, 'compete'),
        ),
      ),
    );
    for (const rewards of drawn)
      for (const [place, index] of running.entries()) scores[index]?.push(...(rewards[place] ?? []));
    const scored = running.map((index) => ({
      index,
      score: scores[index]?.length === 0 ? 0 : mean(scores[index] ?? []),
    }));
    scored.sort((a, b) => b.score - a.score || a.index - b.index);
    running = scored.slice(0, Math.ceil(running.length / 2)).map(({ index }) => index);
    samples = to;
    await world.journal.append({
      type: 'decision',
      step,
      about: 'candidates',
      decision: 'competed',
      reason: `${running.length} of ${scored.length} candidates go on after ${to} samples a problem`,
      data: scored,
    });
  }
  return running[0] ?? 0;
}

/** The first of all candidates that hold the same experiences. */
function distinct(candidates: readonly Library[]): number[] {
  const first = new Map<string, number>();
  for (const [index, { experiences }] of candidates.entries()) {
    const key = experiences.map(({ id }) => id).join(' ');
    if (!first.has(key)) first.set(key, index);
  }
  return [...first.values()];
}
