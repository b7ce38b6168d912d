import { flow } from '../core/flow.ts';
import { messageOf } from '../core/error.ts';
import type { Outcome } from '../core/learning/outcome.ts';
import type { Problem } from '../core/learning/problem.ts';
import { solvePrompt } from '../core/library/prompt.ts';
import { randomFor } from '../core/random.ts';
import type { SampleIdentity, Sampled } from '../world/model/model.ts';
import type { Arm, Evaluation, EvaluationWorld } from './evaluate.ts';

/** Outcomes by arm, then by problem, then by sample. */
export type Outcomes = Outcome[][][];

/**
 * Draws samples `from` to `to` of every problem under every arm, and adds them to `outcomes`. The arms are interleaved
 * problem by problem, and take turns at being first, so that whatever changes at the endpoint over time changes for all
 * of them; they get the same seeds and the same parameters.
 */
export async function drawSamples(
  evaluation: Evaluation,
  world: EvaluationWorld,
  outcomes: Outcomes,
  from: number,
  to: number,
): Promise<void> {
  const { arms, problems } = evaluation;
  const places = [...problems.keys()];
  await flow(places, world.room, world.signal, async (place) => {
    const problem = problems[place] as Problem;
    const turns = arms.map((_, turn) => (place + turn) % arms.length);
    await Promise.all(
      turns.map(async (turn) => {
        const drawn = await drawFrom(arms[turn] as Arm, problem, evaluation, world, from, to);
        outcomes[turn]?.[place]?.push(...drawn);
      }),
    );
  });
}

async function drawFrom(
  arm: Arm,
  problem: Problem,
  evaluation: Evaluation,
  world: EvaluationWorld,
  from: number,
  to: number,
): Promise<Outcome[]> {
  const { messages } = solvePrompt(arm.template, problem, arm.library, evaluation.libraryTokens);
  const sampled = await arm.model.generate(
    {
      messages,
      sampling: evaluation.sampling,
      samples: seedsOf(problem, evaluation.seed, from, to),
      purpose: { stage: 'evaluate', role: 'student', item: problem.id, prefix: `evaluate-${arm.name}` },
    },
    { signal: world.signal },
  );
  return Promise.all(
    sampled.map(async (one, offset) => {
      const outcome = await gradeSample(problem, one, world);
      world.observe({ type: 'sample', arm: arm.name, problemId: problem.id, sample: from + offset, outcome });
      return outcome;
    }),
  );
}

/** Consecutive seeds that depend on the evaluation's seed and the problem alone: the same for every arm. */
function seedsOf(problem: Problem, seed: number, from: number, to: number): SampleIdentity[] {
  const base = Math.floor(randomFor(seed, 'evaluate', problem.id)() * 0x7fff_0000);
  return Array.from({ length: to - from }, (_, offset) => ({ index: from + offset, seed: base + from + offset }));
}

/** What became of one sample. A completion that ran into the limit is truncated unless its answer stands already. */
async function gradeSample(problem: Problem, sampled: Sampled, world: EvaluationWorld): Promise<Outcome> {
  if (sampled.kind === 'failed') return sampled;
  if (sampled.finish === 'filter') {
    return { kind: 'failed', boundary: 'model', code: 'content-filter', reason: 'the endpoint withheld the answer' };
  }
  try {
    const verdict = await world.verifier.verify(problem, sampled.text, world.signal);
    if (verdict.kind === 'graded') {
      const { correct, reward, answer, reason } = verdict;
      return { kind: correct ? 'correct' : 'wrong', reward, answer, reason };
    }
    if (sampled.finish !== 'length') return verdict;
    return { kind: 'truncated', reason: 'it ran into the token limit before it answered' };
  } catch (thrown) {
    world.signal.throwIfAborted();
    return { kind: 'failed', boundary: 'verifier', code: 'verifier-broke', reason: messageOf(thrown) };
  }
}
