import { ZooError } from '../core/error.ts';
import type { UsageAccount } from '../core/learning/account.ts';
import { countOutcomes } from '../core/learning/outcome.ts';
import { pairedDifferences, signFlipTest, verdictLevel } from '../core/learning/paired.ts';
import type { Problem } from '../core/learning/problem.ts';
import { SpendingTest } from '../core/learning/sequential.ts';
import { mean } from '../core/learning/statistics.ts';
import type { Library } from '../core/library/library.ts';
import type { PromptTemplate } from '../core/prompt.ts';
import { randomFor } from '../core/random.ts';
import type { Model, Sampling } from '../world/model/model.ts';
import type { Verifier } from '../world/verifier/verifier.ts';
import { type ArmOutcomes, compareArms, pairScores } from './compare.ts';
import { drawSamples, type Outcomes } from './draw.ts';
import type { EvaluationEvent } from './event.ts';
import { notesOf } from './notes.ts';
import { planEvaluation } from './plan.ts';
import type { ArmResult, EvaluationResult, Look, PairedAccount } from './result.ts';
import { scoreArm } from './score.ts';

/** One side of a comparison: a model, a library (perhaps empty) and a prompt. */
export interface Arm {
  /** Unique within an evaluation, such as `without`, `with` or `shuffled`. */
  readonly name: string;
  readonly library: Library;
  readonly model: Model;
  readonly template: PromptTemplate;
}

export interface Evaluation {
  readonly dataset: { readonly name: string; readonly sha256: string };
  readonly problems: readonly Problem[];
  /** The first is the baseline of every comparison, the second the one that the verdict is about. */
  readonly arms: readonly Arm[];
  /** Samples a problem and arm, at most where `untilDecided`. 1 or more. */
  readonly samples: number;
  readonly seed: number;
  /** The same for every arm. */
  readonly sampling: Sampling;
  /** Tokens of the library in a prompt at most. */
  readonly libraryTokens: number;
  /** Stop as soon as the second arm is told from the first; the error rate holds for all looks together. */
  readonly untilDecided: boolean;
  /** The difference that power is told for, such as 0.05 for five points. */
  readonly effect: number;
}

export interface EvaluationWorld {
  readonly verifier: Verifier;
  /** Resolves when a further problem would not wait long for a slot. */
  readonly room: () => Promise<void>;
  readonly signal: AbortSignal;
  readonly observe: (event: EvaluationEvent) => void;
  /** What has been spent. */
  readonly account: () => UsageAccount;
}

/**
 * Measures arms on the same problems under the same parameters, and says whether the second is better than the first,
 * worse, or not to be told from it.
 *
 * @throws ZooError `nothing-to-evaluate` without problems, arms or samples; `duplicate-arm` for two arms of one name
 */
export async function evaluate(evaluation: Evaluation, world: EvaluationWorld): Promise<EvaluationResult> {
  checkEvaluation(evaluation);
  const { problems, arms, samples } = evaluation;
  world.observe({
    type: 'evaluation-started',
    problems: problems.length,
    samples,
    arms: arms.map(({ name }) => name),
  });
  for (const note of notesOf(evaluation)) {
    if (note.code !== 'simulated') world.observe({ type: 'warning', ...note });
  }
  const outcomes: Outcomes = arms.map(() => problems.map(() => []));
  const looks = evaluation.untilDecided ? await drawUntilDecided(evaluation, world, outcomes) : [];
  if (!evaluation.untilDecided) await drawSamples(evaluation, world, outcomes, 0, samples);
  return concludeEvaluation(evaluation, outcomes, looks, world.account());
}

/** Draws 1, 2, 4, … samples, and looks after each time whether the comparison is decided. */
async function drawUntilDecided(evaluation: Evaluation, world: EvaluationWorld, outcomes: Outcomes): Promise<Look[]> {
  const { problems, samples, seed } = evaluation;
  const test = new SpendingTest(verdictLevel, signFlipTest);
  const looks: Look[] = [];
  for (let drawn = 0; drawn < samples;) {
    const to = Math.min(samples, Math.max(1, drawn * 2));
    await drawSamples(evaluation, world, outcomes, drawn, to);
    drawn = to;
    const differences = pairedDifferences(pairScores(problems, ...firstTwo(evaluation, outcomes)));
    const state = test.look({ information: drawn / samples, differences }, randomFor(seed, 'look', drawn));
    const look = { samples: drawn, delta: differences.length === 0 ? 0 : mean(differences), ...state };
    looks.push(look);
    world.observe({ type: 'look', ...look });
    if (look.verdict !== 'not distinguishable') break;
  }
  return looks;
}

function concludeEvaluation(
  evaluation: Evaluation,
  outcomes: Outcomes,
  looks: readonly Look[],
  usage: UsageAccount,
): EvaluationResult {
  const { dataset, problems, arms } = evaluation;
  const samples = looks.at(-1)?.samples ?? evaluation.samples;
  return {
    dataset: { ...dataset, problems: problems.length },
    samples,
    arms: arms.map((arm, index): ArmResult => scoreArm(arm, problems, outcomes[index] ?? [], samples)),
    ...compareAll(evaluation, outcomes, looks.at(-1)?.verdict),
    outcomes: countOutcomes(outcomes.flat(2)),
    usage,
    plan: planEvaluation(evaluation),
    notes: notesOf(evaluation).map(({ message }) => message),
    sequential: evaluation.untilDecided ? { planned: evaluation.samples, looks } : null,
  };
}

/** The second arm against the first at the full error rate; the further ones share one more among them. */
function compareAll(
  { problems, arms, seed, effect }: Evaluation,
  outcomes: Outcomes,
  decided: PairedAccount['verdict'] | undefined,
): { readonly paired: PairedAccount | null; readonly comparisons: readonly PairedAccount[] } {
  const [baseline, ...candidates] = arms.map(({ name }, index): ArmOutcomes => ({
    name,
    outcomes: outcomes[index] ?? [],
  }));
  if (baseline === undefined || candidates.length === 0) return { paired: null, comparisons: [] };
  const accounts = candidates.map((candidate, index) =>
    compareArms(problems, baseline, candidate, randomFor(seed, 'compare', candidate.name), {
      effect,
      ...(index === 0 && decided !== undefined ? { verdict: decided } : {}),
      ...(index === 0 ? {} : { alpha: verdictLevel / (candidates.length - 1) }),
    }),
  );
  return { paired: accounts[0] ?? null, comparisons: accounts.slice(1) };
}

function firstTwo({ arms }: Evaluation, outcomes: Outcomes): [ArmOutcomes, ArmOutcomes] {
  const armOf = (index: number) => ({ name: arms[index]?.name ?? '', outcomes: outcomes[index] ?? [] });
  return [armOf(0), armOf(1)];
}

function checkEvaluation({ problems, arms, samples, untilDecided }: Evaluation): void {
  if (problems.length === 0 || arms.length === 0 || !(samples >= 1)) {
    throw new ZooError('nothing-to-evaluate', 'An evaluation needs a problem, an arm and a sample', {
      hint: 'Check --limit and --samples.',
    });
  }
  if (untilDecided && arms.length < 2) {
    throw new ZooError('nothing-to-evaluate', 'Only a comparison can be decided, and there is a single arm', {
      hint: 'Leave --until-decided out, or compare with a library.',
    });
  }
  const names = arms.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new ZooError('duplicate-arm', `Two arms are named "${twice}"`);
}
