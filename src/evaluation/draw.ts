import { flow } from '../core/flow.ts';
import type { Outcome } from '../core/learning/outcome.ts';
import type { Problem } from '../core/learning/problem.ts';
import { solvePrompt } from '../core/library/prompt.ts';
import { randomFor } from '../core/random.ts';
import type { SampleIdentity, Sampled } from '../world/model/model.ts';
import { gradeSample } from '../world/verifier/verifier.ts';
import type { Arm, Evaluation, EvaluationWorld } from './evaluate.ts';

/** Outcomes by arm, then by problem, then by sample. */
export type Outcomes = Outcome[][][];

/**
 * Draws samples `from` to `to` of every problem under every arm, and puts them into `outcomes`.
 *
 * The arms are interleaved part by part and take turns at being first, so that whatever changes at the endpoint over time
 * changes for all of them; they get the same seeds and the same parameters. What is drawn does not depend on the order,
 * so the order serves the clock: problems whose answers are long go first, since a long answer that begins late leaves
 * the other slots idle (`bench/evaluation.ts` measures it).
 */
export async function drawSamples(
  evaluation: Evaluation,
  world: EvaluationWorld,
  outcomes: Outcomes,
  from: number,
  to: number,
): Promise<void> {
  const size = Math.max(smallestPart, Math.ceil((to - from) / mostParts));
  const queues = evaluation.problems.map((problem, place): Queue => ({
    problem,
    place,
    next: from,
    drawn: 0,
    tokens: 0,
  }));
  const parts = Math.ceil((to - from) / size) * queues.length;
  await flow(Array.from({ length: parts }), world.room, world.signal, async () => {
    const queue = longestOf(queues.filter(({ next }) => next < to));
    const start = queue.next;
    queue.next = Math.min(to, start + size);
    await drawPart(queue, start, queue.next, evaluation, world, outcomes);
  });
}

/** A problem's samples go in at most so many parts, none smaller than that many samples: each part pays for its prompt. */
const mostParts = 4;
const smallestPart = 4;

/** What is still to be drawn of a problem, and how long its answers were. */
interface Queue {
  readonly problem: Problem;
  readonly place: number;
  next: number;
  drawn: number;
  tokens: number;
}

/** Problems without an answer yet first (at the beginning each once; later they are the long ones), then the longest. */
function longestOf(queues: readonly Queue[]): Queue {
  const expected = ({ drawn, tokens }: Queue) => (drawn === 0 ? Number.POSITIVE_INFINITY : tokens / drawn);
  return queues.reduce((best, queue) => {
    const [ours, theirs] = [expected(queue), expected(best)];
    return ours > theirs || (ours === theirs && queue.next < best.next) ? queue : best;
  });
}

async function drawPart(
  queue: Queue,
  from: number,
  to: number,
  evaluation: Evaluation,
  world: EvaluationWorld,
  outcomes: Outcomes,
): Promise<void> {
  const { arms } = evaluation;
  const turns = arms.map((_, turn) => (queue.place + from + turn) % arms.length);
  await Promise.all(
    turns.map(async (turn) => {
      const sampled = await drawFrom(arms[turn] as Arm, queue.problem, evaluation, world, from, to);
      for (const one of sampled) {
        if (one.kind !== 'completion') continue;
        queue.drawn++;
        queue.tokens += one.usage.completionTokens;
      }
      const graded = await gradeAll(arms[turn] as Arm, queue.problem, sampled, from, world);
      const own = outcomes[turn]?.[queue.place] as Outcome[];
      for (const [offset, outcome] of graded.entries()) own[from + offset] = outcome;
    }),
  );
}

function drawFrom(
  arm: Arm,
  problem: Problem,
  evaluation: Evaluation,
  world: EvaluationWorld,
  from: number,
  to: number,
): Promise<readonly Sampled[]> {
  const { messages } = solvePrompt(arm.template, problem, arm.library, evaluation.libraryTokens);
  return arm.model.generate(
    {
      messages,
      sampling: evaluation.sampling,
      samples: seedsOf(problem, evaluation.seed, from, to),
      purpose: { stage: 'evaluate', role: 'student', item: problem.id, prefix: `evaluate-${arm.name}` },
    },
    { signal: world.signal },
  );
}

function gradeAll(
  arm: Arm,
  problem: Problem,
  sampled: readonly Sampled[],
  from: number,
  world: EvaluationWorld,
): Promise<Outcome[]> {
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
