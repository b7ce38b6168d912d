import type { GateAccount } from '../core/learning/account.ts';
import { rewardOf } from '../core/learning/outcome.ts';
import { chanceOfReversal } from '../core/learning/curtail.ts';
import { type PairedScores, comparePaired } from '../core/learning/paired.ts';
import { powerAtError } from '../core/learning/power.ts';
import type { Problem } from '../core/learning/problem.ts';
import type { Library } from '../core/library/library.ts';
import { solvePrompt } from '../core/library/prompt.ts';
import { randomFor } from '../core/random.ts';
import { flow } from '../core/flow.ts';
import { gradeSample } from '../world/verifier/verifier.ts';
import { type Run, type World, drawSamples } from './run.ts';

/** Chance that the decision would come out otherwise after all samples, at which no more are drawn. */
const negligible = 0.025;

/** The true difference of mean rewards that the account tells the power for: five points. */
const gateEffect = 0.05;

/**
 * Whether a candidate library may take the place of the one in force: both answer the held-out problems, sample by
 * sample with the same seeds, and the candidate is kept when its paired mean reward is not lower. Samples are doubled
 * from few; they end as soon as the rest would hardly change the decision, so that a clear case costs little. Samples
 * of a library that was measured before come from the journal.
 */
export async function passGate(
  library: Library,
  candidate: Library,
  step: number,
  run: Run,
  world: World,
): Promise<GateAccount> {
  const { gateSamples } = run.settings;
  const scores = run.gateProblems.map(({ id }) => ({
    problemId: id,
    baseline: [] as number[],
    candidate: [] as number[],
  }));
  let samples = 0;
  do {
    const to = Math.min(gateSamples, samples === 0 ? firstSamples(run) : samples * 2);
    const drawn = await flow(run.gateProblems, world.room, world.signal, async (problem) =>
      Promise.all([library, candidate].map((arm) => scoreSamples(problem, arm, samples, to, step, run, world))),
    );
    for (const [index, [inForce = [], proposed = []]] of drawn.entries()) {
      scores[index]?.baseline.push(...inForce);
      scores[index]?.candidate.push(...proposed);
    }
    samples = to;
  } while (samples < gateSamples && chanceOfReversal(scores, gateSamples) > negligible);
  return accountFor(scores, samples, step, run);
}

/** As many a problem as give the first look eight samples of each library: fewer are an accident. */
function firstSamples({ gateProblems }: Run): number {
  return Math.max(1, Math.ceil(8 / Math.max(1, gateProblems.length)));
}

function accountFor(scores: readonly PairedScores[], samples: number, step: number, run: Run): GateAccount {
  const random = randomFor(run.settings.seed, 'gate-interval', step);
  const { delta, ci95, p, n, standardError } = comparePaired(scores, random);
  return {
    // Where nothing could be compared, nothing speaks for the candidate.
    accepted: n > 0 && delta >= 0,
    delta,
    ci95: n < 2 ? [-1, 1] : ci95,
    p,
    n,
    power: powerAtError(gateEffect, standardError, n),
    samples,
    planned: run.settings.gateSamples,
  };
}

/**
 * Rewards of samples [from, to) of a library on a held-out problem. Samples are the same for every library and step of
 * one `purpose`; a failed call has no reward.
 */
export async function scoreSamples(
  problem: Problem,
  library: Library,
  from: number,
  to: number,
  step: number,
  run: Run,
  world: World,
  purpose = 'gate',
): Promise<number[]> {
  const { settings, prompts, fingerprint } = run;
  const sampled = await world.student.generate(
    {
      messages: solvePrompt(prompts.templates.solve, problem, library, settings.libraryTokens).messages,
      sampling: settings.student,
      samples: drawSamples(run, from, to, purpose, problem.id),
      purpose: { stage: 'gate', role: 'student', item: problem.id, step, prefix: `${fingerprint}-gate-${step}` },
    },
    { signal: world.signal },
  );
  const outcomes = await Promise.all(sampled.map((sample) => gradeSample(problem, sample, world)));
  // A truncated or unparseable answer earns nothing on the gate; a failed call is no answer at all.
  return outcomes.flatMap((outcome) => (outcome.kind === 'failed' ? [] : (rewardOf(outcome) ?? 0)));
}
