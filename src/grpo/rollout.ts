import { toHex } from '../core/digest.ts';
import { isContested } from '../core/learning/advantage.ts';
import type { Outcome } from '../core/learning/outcome.ts';
import type { Problem } from '../core/learning/problem.ts';
import type { Group, Rollout } from '../core/learning/rollout.ts';
import { type SolvePrompt, solvePrompt } from '../core/library/prompt.ts';
import type { Library } from '../core/library/library.ts';
import { canonicalJson } from '../core/tree/canonical.ts';
import type { Sampled } from '../world/model/model.ts';
import { gradeSample } from '../world/verifier/verifier.ts';
import { gradeByMajority } from './majority.ts';
import { type Run, type World, drawSamples } from './run.ts';

const noUsage = { promptTokens: 0, cachedTokens: 0, completionTokens: 0 };

/**
 * The group of one problem: up to G samples of the frozen model with the library in its context, each graded (paper
 * 4.2). An adaptive group starts with two samples and grows to 3, 5, 9, … only while its rewards do not spread.
 *
 * @param size leaves the group at so many samples, whatever they say; see `predictedSize`
 */
export async function rolloutGroup(
  problem: Problem,
  library: Library,
  step: number,
  run: Run,
  world: World,
  size?: number,
): Promise<GroupWithPrompt> {
  const { settings, prompts } = run;
  const prompt = solvePrompt(prompts.templates.solve, problem, library, settings.libraryTokens);
  let rollouts: Rollout[] = [];
  for (const to of size === undefined ? groupSizes(run) : [size]) {
    rollouts = [...rollouts, ...(await drawRollouts(problem, prompt, rollouts.length, to, step, run, world))];
    if (isContested(rollouts, settings.signalThreshold)) break;
  }
  if (!settings.groundTruth) rollouts = await gradeByMajority(problem, rollouts, world);
  for (const { sample, digest, outcome } of rollouts) {
    await world.journal.append({ type: 'rollout', step, problemId: problem.id, sample, digest, outcome });
    world.observe({ type: 'rollout', step, problemId: problem.id, sample, outcome });
  }
  return { group: { problemId: problem.id, rollouts }, prompt };
}

/** Sizes that a group is drawn up to, one after the other. A majority needs the whole group before anything is graded. */
function groupSizes({ settings }: Run): number[] {
  const sizes: number[] = [];
  if (settings.adaptiveGroups && settings.groundTruth)
    for (let size = 2; size < settings.groupSize; size = 2 * size - 1) sizes.push(size);
  return [...sizes, settings.groupSize];
}

export interface GroupWithPrompt {
  readonly group: Group;
  readonly prompt: SolvePrompt;
}

async function drawRollouts(
  problem: Problem,
  prompt: SolvePrompt,
  from: number,
  to: number,
  step: number,
  run: Run,
  world: World,
): Promise<Rollout[]> {
  const samples = drawSamples(run, from, to, 'rollout', step, problem.id);
  const sampled = await world.student.generate(
    {
      messages: prompt.messages,
      sampling: run.settings.student,
      samples,
      purpose: { stage: 'rollout', role: 'student', item: problem.id, step, prefix: `${run.fingerprint}-${step}` },
    },
    { signal: world.signal },
  );
  // Without ground truth any answer is found, and graded when the group is whole.
  const judged = run.settings.groundTruth ? problem : { ...problem, answer: '0' };
  return Promise.all(
    sampled.map(async (answer, offset) =>
      toRollout(problem, from + offset, answer, await gradeSample(judged, answer, world), world),
    ),
  );
}

function toRollout(problem: Problem, sample: number, sampled: Sampled, outcome: Outcome, world: World): Rollout {
  const completion = sampled.kind === 'completion' ? sampled : undefined;
  const text = (completion?.text ?? '').toWellFormed();
  const identity = canonicalJson({ problem: problem.id, sample, text, outcome: { ...outcome } });
  return {
    problemId: problem.id,
    sample,
    text,
    reasoning: completion?.reasoning ?? '',
    outcome,
    usage: completion?.usage ?? noUsage,
    digest: toHex(world.sha256(identity)),
  };
}
