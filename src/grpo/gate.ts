import type { GateAccount } from '../core/learning/account.ts';
import { rewardOf } from '../core/learning/outcome.ts';
import { bootstrapInterval, pairedDifferences, signFlipTest } from '../core/learning/paired.ts';
import type { Problem } from '../core/learning/problem.ts';
import { SpendingTest } from '../core/learning/sequential.ts';
import { mean } from '../core/learning/statistics.ts';
import type { Library } from '../core/library/library.ts';
import { solvePrompt } from '../core/library/prompt.ts';
import { randomFor } from '../core/random.ts';
import { flow } from '../core/flow.ts';
import { gradeSample } from './rollout.ts';
import { type Run, type World, drawSamples } from './run.ts';

/** Error rate of an early decision. A wrong one costs a candidate, not a claim, so it may be larger than a verdict's. */
const earlyAlpha = 0.2;

/**
 * Whether a candidate library may take the place of the one in force: both answer the held-out problems, sample by
 * sample with the same seeds. It stops early when the case is clear; otherwise the candidate is kept if, after all
 * samples, its paired mean reward is not lower. Samples of a library that was measured before come from the journal.
 */
export async function passGate(
  library: Library,
  candidate: Library,
  step: number,
  run: Run,
  world: World,
): Promise<GateAccount> {
  const test = new SpendingTest(earlyAlpha, signFlipTest);
  const scores = run.gateProblems.map(({ id }) => ({
    problemId: id,
    baseline: [] as number[],
    candidate: [] as number[],
  }));
  let verdict = 'not distinguishable';
  for (let samples = 0; samples < run.settings.gateSamples && verdict === 'not distinguishable';) {
    const to = Math.min(run.settings.gateSamples, Math.max(2, samples * 2));
    const drawn = await flow(run.gateProblems, world.room, world.signal, async (problem) =>
      Promise.all([library, candidate].map((arm) => scoreSamples(problem, arm, samples, to, step, run, world))),
    );
    for (const [index, [inForce = [], proposed = []]] of drawn.entries()) {
      scores[index]?.baseline.push(...inForce);
      scores[index]?.candidate.push(...proposed);
    }
    samples = to;
    const information = samples / run.settings.gateSamples;
    verdict = test.look(
      { information, differences: pairedDifferences(scores) },
      randomFor(run.settings.seed, 'gate', step, samples),
    ).verdict;
  }
  const account = summarize(scores, step, run);
  const accepted = verdict === 'better' || (verdict !== 'worse' && account.delta >= 0);
  return { ...account, accepted };
}

function summarize(
  scores: Parameters<typeof pairedDifferences>[0],
  step: number,
  run: Run,
): Omit<GateAccount, 'accepted'> {
  const differences = pairedDifferences(scores);
  const random = randomFor(run.settings.seed, 'gate-interval', step);
  if (differences.length === 0) return { delta: 0, ci95: [-1, 1], p: 1, n: 0, power: null };
  const [low, high] = bootstrapInterval(differences, random);
  return {
    delta: mean(differences),
    ci95: [Math.max(low, -1), Math.min(high, 1)],
    p: signFlipTest(differences, random),
    n: differences.length,
    power: null,
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
  const outcomes = await Promise.all(sampled.map((sample) => gradeSample(problem, sample, run, world)));
  // A truncated or unparseable answer earns nothing on the gate; a failed call is no answer at all.
  return outcomes.flatMap((outcome) => (outcome.kind === 'failed' ? [] : (rewardOf(outcome) ?? 0)));
}
