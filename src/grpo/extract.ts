import { z } from 'zod';
import type { Problem } from '../core/learning/problem.ts';
import type { Group } from '../core/learning/rollout.ts';
import { type OperationContext, checkOperation } from '../core/library/check-operation.ts';
import type { Library } from '../core/library/library.ts';
import {
  type ProposedOperation,
  type Rejection,
  type RepliedOperation,
  repliedOperationSchema,
  toOperation,
} from '../core/library/operation.ts';
import { type SolvePrompt, renderExperiences } from '../core/library/prompt.ts';
import { fence } from '../core/prompt.ts';
import { askTeacher } from './ask.ts';
import { type Refused, refusedKeys, renderRefused } from './refused.ts';
import { type Run, type World, evidenceOf } from './run.ts';
import { shortenOperation } from './shorten.ts';
import { type Summary, groundTruthOf } from './summarize.ts';

export interface Extraction {
  readonly proposals: readonly ProposedOperation[];
  readonly rejections: readonly Rejection[];
  /** Why the teacher's reply could not be used at all; undefined when it could. */
  readonly unusable: string | undefined;
}

const operationsReply = {
  name: 'operations',
  schema: z.object({ operations: z.array(repliedOperationSchema) }),
};

/**
 * Stage 2, group advantage extraction (paper, Algorithm 2): O_G <- LLM.extract({s_i}, E, y*), at most three operations,
 * each checked by code before it counts.
 */
export async function extractAdvantages(
  problem: Problem,
  group: Group,
  summaries: readonly Summary[],
  prompt: SolvePrompt,
  library: Library,
  refused: readonly Refused[],
  step: number,
  run: Run,
  world: World,
): Promise<Extraction> {
  const answer = await askTeacher(
    {
      prompt: 'extract',
      values: {
        problem: fence(problem.problem),
        ground_truth: groundTruthOf(problem, run),
        experiences: renderExperiences(prompt.injected),
        summaries: summaries.map(renderSummary).join('\n'),
        refused: renderRefused(refused),
        maximum: String(run.settings.maximumOperations),
      },
      reply: operationsReply,
      stage: 'extract',
      step,
      item: problem.id,
    },
    run,
    world,
  );
  if (!answer.usable) return { proposals: [], rejections: [], unusable: answer.reason };

  const evidence = [
    evidenceOf(
      run,
      world,
      step,
      problem.id,
      group.rollouts.map(({ digest }) => digest),
    ),
  ];
  const domain = problem.domain ?? run.dataset.domain;
  const context = {
    library,
    capacity: run.settings.capacity,
    problemsOf: () => [problem],
    refused: refusedKeys(refused),
  };
  const { maximumOperations } = run.settings;
  const { accepted, rejections } = await acceptOperations(
    answer.value.operations.slice(0, maximumOperations),
    context,
    step,
    run,
    world,
  );
  const surplus = answer.value.operations.slice(maximumOperations).map((operation): Rejection => ({
    reason: 'too-many',
    detail: `a group may propose ${maximumOperations}`,
    operation,
  }));
  return {
    proposals: accepted.map(({ operation }) => ({ operation, evidence, domain })),
    rejections: [...rejections, ...surplus],
    unusable: undefined,
  };
}

type AcceptContext<Replied> = Omit<OperationContext, 'accepted' | 'problems'> & {
  /** The problems whose groups speak for an operation. */
  readonly problemsOf: (replied: Replied) => readonly Problem[];
};

/** Checks operations in order, each beside those accepted before it; one that is too long is shortened once. */
export async function acceptOperations<Replied extends RepliedOperation>(
  replied: readonly Replied[],
  context: AcceptContext<Replied>,
  step: number,
  run: Run,
  world: World,
): Promise<{ accepted: { operation: ProposedOperation['operation']; replied: Replied }[]; rejections: Rejection[] }> {
  const accepted: { operation: ProposedOperation['operation']; replied: Replied }[] = [];
  const rejections: Rejection[] = [];
  for (const reply of replied) {
    let operation = toOperation(reply);
    if (operation === undefined) {
      rejections.push({
        reason: 'invalid-schema',
        detail: `a part that "${reply.operation}" needs is missing`,
        operation: reply,
      });
      continue;
    }
    const full = {
      ...context,
      problems: context.problemsOf(reply),
      accepted: accepted.map((entry) => entry.operation),
    };
    let rejection = checkOperation(operation, full);
    if (rejection?.reason === 'too-long' && operation.operation !== 'delete') {
      const shortened = await shortenOperation(operation, step, run, world);
      if (shortened !== undefined) {
        operation = shortened;
        rejection = checkOperation(operation, full);
      }
    }
    if (rejection === undefined) accepted.push({ operation, replied: reply });
    else rejections.push(rejection);
  }
  return { accepted, rejections };
}

function renderSummary({ sample, reward, text }: Summary): string {
  return `<summary sample="${sample}" reward="${reward ?? 'none'}">\n${fence(text)}\n</summary>`;
}
