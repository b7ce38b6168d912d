import { estimateTokenCount } from 'tokenx';
import { isContested, isLearnedFrom, rewardSpread } from '../core/learning/advantage.ts';
import { type Hamiltonian, groupHamiltonian } from '../core/learning/hamiltonian.ts';
import type { Outcome } from '../core/learning/outcome.ts';
import type { Problem } from '../core/learning/problem.ts';
import { lexicalRelevance } from '../core/learning/relevance.ts';
import type { Group } from '../core/learning/rollout.ts';
import type { Library } from '../core/library/library.ts';
import type { ProposedOperation, Rejection } from '../core/library/operation.ts';
import type { SolvePrompt } from '../core/library/prompt.ts';
import { extractAdvantages } from './extract.ts';
import { flow } from '../core/flow.ts';
import { type Barren, predictedSize } from './predict.ts';
import type { Refused } from './refused.ts';
import { rolloutGroup } from './rollout.ts';
import type { Run, Step, World } from './run.ts';
import { summarizeGroup } from './summarize.ts';

/** What is left of a group once it went through its stages; the transcripts stay in the journal alone. */
export interface LearnedGroup {
  readonly problemId: string;
  readonly outcomes: readonly Outcome[];
  readonly contested: boolean;
  /** It was learned from. */
  readonly taught: boolean;
  /** Mean reward of the graded rollouts; null when there was none. */
  readonly rewardMean: number | null;
  /** Rollouts with a reward. */
  readonly graded: number;
  /** It was left small, as its problem was predicted to teach nothing. */
  readonly predicted: boolean;
  readonly hamiltonian: Hamiltonian;
  /** Mean completion tokens of a rollout: how long the problem takes. */
  readonly length: number;
  readonly proposals: readonly ProposedOperation[];
  readonly rejections: readonly Rejection[];
}

/**
 * Takes every problem of a step through rollouts, stage 1 and stage 2. Groups do not wait for one another; problems that
 * took long before are taken up first, since the longest chain bounds the step.
 */
export async function learnFromGroups(
  step: Step,
  library: Library,
  refused: readonly Refused[],
  lengths: ReadonlyMap<string, number>,
  barren: Barren,
  run: Run,
  world: World,
): Promise<LearnedGroup[]> {
  const relevance = lexicalRelevance(library.experiences.map(({ text }) => text));
  const contextTokens = countTokens();
  const longestFirst = [...step.problems].sort((a, b) => (lengths.get(b.id) ?? 0) - (lengths.get(a.id) ?? 0));
  const learned = await flow(longestFirst, world.room, world.signal, async (problem) => {
    const size = predictedSize(problem, step.step, barren, run);
    const { group, prompt } = await rolloutGroup(problem, library, step.step, run, world, size);
    const hamiltonian = measure(problem, group, prompt, library, relevance, contextTokens(prompt), run);
    await world.journal.append({
      type: 'decision',
      step: step.step,
      about: problem.id,
      decision: 'hamiltonian',
      reason: 'measured',
      data: hamiltonian,
    });
    const { learnFrom, groupSize, signalThreshold } = run.settings;
    const taught = isLearnedFrom(group, learnFrom, groupSize, signalThreshold);
    const account = { ...accountFor(group, hamiltonian, run), taught, predicted: size !== undefined };
    if (!taught) return account;
    return { ...account, ...(await learnFromGroup(problem, group, prompt, library, refused, step.step, run, world)) };
  });
  const byId = new Map(learned.map((group) => [group.problemId, group]));
  return step.problems.flatMap(({ id }) => byId.get(id) ?? []);

  function accountFor(
    group: Group,
    hamiltonian: Hamiltonian,
    { settings }: Run,
  ): Omit<LearnedGroup, 'taught' | 'predicted'> {
    const contested = isContested(group.rollouts, settings.signalThreshold);
    const spread = rewardSpread(group.rollouts);
    const rewardMean = spread?.mean ?? null;
    world.observe({ type: 'group', step: step.step, problemId: group.problemId, contested, rewardMean });
    const tokens = group.rollouts.reduce((sum, { usage }) => sum + usage.completionTokens, 0);
    return {
      problemId: group.problemId,
      outcomes: group.rollouts.map(({ outcome }) => outcome),
      contested,
      rewardMean,
      graded: spread?.graded ?? 0,
      hamiltonian,
      length: tokens / Math.max(1, group.rollouts.length),
      proposals: [],
      rejections: [],
    };
  }
}

async function learnFromGroup(
  problem: Problem,
  group: Group,
  prompt: SolvePrompt,
  library: Library,
  refused: readonly Refused[],
  step: number,
  run: Run,
  world: World,
): Promise<Pick<LearnedGroup, 'proposals' | 'rejections'>> {
  const summaries = await summarizeGroup(problem, group, prompt, step, run, world);
  if (summaries.length === 0) return { proposals: [], rejections: [] };
  const { proposals, rejections, unusable } = await extractAdvantages(
    problem,
    group,
    summaries,
    prompt,
    library,
    refused,
    step,
    run,
    world,
  );
  world.observe({
    type: 'extraction',
    step,
    problemId: problem.id,
    proposed: proposals.length + rejections.length,
    rejected: rejections.length,
  });
  if (unusable !== undefined) {
    await world.journal.append({
      type: 'decision',
      step,
      about: problem.id,
      decision: 'extraction-unusable',
      reason: unusable,
    });
    world.observe({
      type: 'warning',
      code: 'extraction-unusable',
      message: `Nothing was learned from ${problem.id}: ${unusable}`,
      hint: 'A stronger teacher (--teacher-model) gives usable replies more often.',
    });
  }
  return { proposals, rejections };
}

/** Psi, Theta and kappa of one group (paper 4.1). */
function measure(
  problem: Problem,
  group: Group,
  prompt: SolvePrompt,
  library: Library,
  relevance: (query: string) => number[],
  contextTokens: number,
  run: Run,
): Hamiltonian {
  const injected = new Set(prompt.injected);
  const relevances = relevance(problem.problem);
  const answered = group.rollouts.filter(({ outcome }) => outcome.kind !== 'failed');
  return groupHamiltonian({
    experiences: library.experiences.flatMap((experience, index) =>
      injected.has(experience) ? [{ confidence: experience.confidence, relevance: relevances[index] ?? 0 }] : [],
    ),
    answers: answered.map(({ outcome }) => ('answer' in outcome ? outcome.answer : null)),
    contextTokens,
    contextLimit: run.settings.contextTokens,
  });
}

/**
 * Tokens of a prompt, estimated: what endpoints tell is told once a call, so that it would depend on how many samples
 * shared a call, and with it on what was asked again after a kill.
 */
function countTokens(): (prompt: SolvePrompt) => number {
  const system = new Map<string, number>();
  return ({ messages: [{ content }, { content: problem }] }) => {
    const shared = system.get(content) ?? estimateTokenCount(content);
    system.set(content, shared);
    return shared + estimateTokenCount(problem);
  };
}
