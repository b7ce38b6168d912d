import { z } from 'zod';
import type { Problem } from '../core/learning/problem.ts';
import type { Library } from '../core/library/library.ts';
import type { ProposedOperation, Rejection } from '../core/library/operation.ts';
import { renderExperiences } from '../core/library/prompt.ts';
import { fence } from '../core/prompt.ts';
import { askTeacher } from './ask.ts';
import { acceptOperations } from './extract.ts';
import { flow } from '../core/flow.ts';
import { type Refused, refusedKeys } from './refused.ts';
import { type Run, type Step, type World, evidenceOf } from './run.ts';

const reply = { name: 'experiences', schema: z.object({ experiences: z.array(z.string().min(1)) }) };

/** Problems that the teacher is shown at once. */
const problemsACall = 10;

/** The control without rollouts: the teacher writes experiences from the problems alone; answers are not shown to it. */
export async function writeDirectly(
  step: Step,
  library: Library,
  refused: readonly Refused[],
  run: Run,
  world: World,
): Promise<{ readonly proposals: ProposedOperation[]; readonly rejections: Rejection[] }> {
  const starts = Array.from(
    { length: Math.ceil(step.problems.length / problemsACall) },
    (_, index) => index * problemsACall,
  );
  const written = await flow(starts, world.room, world.signal, async (start) => {
    const problems = step.problems.slice(start, start + problemsACall);
    return writeFor(problems, library, refused, step.step, run, world);
  });
  return {
    proposals: written.flatMap(({ proposals }) => proposals),
    rejections: written.flatMap(({ rejections }) => rejections),
  };
}

async function writeFor(
  problems: readonly Problem[],
  library: Library,
  refused: readonly Refused[],
  step: number,
  run: Run,
  world: World,
): Promise<{ proposals: ProposedOperation[]; rejections: Rejection[] }> {
  const item = problems.map(({ id }) => id).join(',');
  const answer = await askTeacher(
    {
      prompt: 'direct',
      values: {
        experiences: renderExperiences(library.experiences),
        problems: problems.map(({ problem }) => `<problem>\n${fence(problem)}\n</problem>`).join('\n'),
        maximum: String(run.settings.maximumOperations),
      },
      reply,
      stage: 'direct',
      step,
      item,
    },
    run,
    world,
  );
  if (!answer.usable) {
    await world.journal.append({
      type: 'decision',
      step,
      about: item,
      decision: 'extraction-unusable',
      reason: answer.reason,
    });
    return { proposals: [], rejections: [] };
  }
  const context = {
    library,
    capacity: run.settings.capacity,
    problemsOf: () => problems,
    refused: refusedKeys(refused),
  };
  const replied = answer.value.experiences
    .slice(0, run.settings.maximumOperations)
    .map((experience) => ({ operation: 'add' as const, experience }));
  const { accepted, rejections } = await acceptOperations(replied, context, step, run, world);
  const evidence = problems.map(({ id }) => evidenceOf(run, world, step, id, []));
  const domain = problems[0]?.domain ?? run.dataset.domain;
  return { proposals: accepted.map(({ operation }) => ({ operation, evidence, domain })), rejections };
}
