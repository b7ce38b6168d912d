import { advantages, isContested } from '../core/learning/advantage.ts';
import type { Problem } from '../core/learning/problem.ts';
import type { Group, Rollout } from '../core/learning/rollout.ts';
import { rewardOf } from '../core/learning/outcome.ts';
import { type SolvePrompt, renderExperiences } from '../core/library/prompt.ts';
import { fence, fillPrompt } from '../core/prompt.ts';
import { type Run, type World, drawSamples } from './run.ts';

export interface Summary {
  readonly sample: number;
  readonly reward: number | undefined;
  readonly text: string;
}

/** Characters of a trajectory that the teacher reads at most: its beginning and its end. */
const longestTrajectory = 24_000;

/**
 * Stage 1, trajectory summarization (paper, Algorithm 1): s_i <- LLM.summarize(tau_i, c_i, y*), for every rollout in
 * which the model said anything; of an adaptive group for those that show its contrast. A summary that failed is left
 * out; its group goes on with the others.
 */
export async function summarizeGroup(
  problem: Problem,
  group: Group,
  prompt: SolvePrompt,
  step: number,
  run: Run,
  world: World,
): Promise<Summary[]> {
  const said = group.rollouts.filter(
    ({ outcome, text, reasoning }) => outcome.kind !== 'failed' && `${text}${reasoning}` !== '',
  );
  const read = run.settings.adaptiveGroups ? chooseContrast(said, run) : said;
  const summaries = await Promise.all(
    read.map((rollout) => summarizeRollout(problem, rollout, prompt, step, run, world)),
  );
  return summaries.filter((summary) => summary !== undefined);
}

/** Winners, and losers, of a group that the teacher reads at most; the third of a side tells little that two do not. */
const contrasted = 2;

/** The best and the worst of a group whose rewards spread, in their order; all of another. */
function chooseContrast(rollouts: readonly Rollout[], { settings }: Run): readonly Rollout[] {
  if (!isContested(rollouts, settings.signalThreshold)) return rollouts;
  const all = advantages(rollouts, settings.signalThreshold);
  const advantage = new Map(rollouts.map((rollout, index) => [rollout, all[index] ?? 0]));
  const of = (rollout: Rollout) => advantage.get(rollout) ?? 0;
  const winners = rollouts.filter((rollout) => of(rollout) > 0).sort((a, b) => of(b) - of(a));
  const losers = rollouts.filter((rollout) => of(rollout) < 0).sort((a, b) => of(a) - of(b));
  const chosen = new Set([...winners.slice(0, contrasted), ...losers.slice(0, contrasted)]);
  return rollouts.filter((rollout) => chosen.has(rollout));
}

async function summarizeRollout(
  problem: Problem,
  rollout: Rollout,
  prompt: SolvePrompt,
  step: number,
  run: Run,
  world: World,
): Promise<Summary | undefined> {
  const { system, user } = run.prompts.templates.summarize;
  const { sample, outcome } = rollout;
  const reward = rewardOf(outcome);
  const content = fillPrompt(user, {
    problem: fence(problem.problem),
    ground_truth: groundTruthOf(problem, run),
    experiences: renderExperiences(prompt.injected),
    sample: String(sample),
    reward: reward === undefined ? 'none' : String(reward),
    trajectory: fence(shortenMiddle(rollout.text === '' ? rollout.reasoning : rollout.text)),
    outcome: fence(`${outcome.kind}: ${outcome.reason}`),
  });
  const [sampled] = await world.teacher.generate(
    {
      messages: [
        { role: 'system', content: system },
        { role: 'user', content },
      ],
      sampling: run.settings.teacher,
      samples: drawSamples(run, 0, 1, 'summarize', step, problem.id, sample),
      purpose: { stage: 'summarize', role: 'teacher', item: `${problem.id}#${sample}`, step },
    },
    { signal: world.signal },
  );
  if (sampled?.kind !== 'completion' || sampled.text.trim() === '') {
    const reason = sampled?.kind === 'failed' ? sampled.reason : 'the teacher said nothing';
    await world.journal.append({
      type: 'decision',
      step,
      about: `${problem.id}#${sample}`,
      decision: 'summary-missing',
      reason,
    });
    return undefined;
  }
  world.observe({ type: 'summary', step, problemId: problem.id, sample });
  return { sample, reward, text: sampled.text.trim() };
}

/** The ground truth as prompts state it; nothing when the run learns without it. */
export function groundTruthOf(problem: Problem, run: Run): string {
  if (!run.settings.groundTruth || problem.answer === undefined) return '';
  return `<ground_truth>${fence(problem.answer)}</ground_truth>`;
}

function shortenMiddle(text: string): string {
  if (text.length <= longestTrajectory) return text;
  const half = longestTrajectory / 2;
  return `${text.slice(0, half)}\n[… ${text.length - longestTrajectory} characters left out …]\n${text.slice(-half)}`;
}
