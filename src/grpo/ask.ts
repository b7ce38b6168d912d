import type { ZodType } from 'zod';
import type { PromptName } from '../core/prompt.ts';
import { fillPrompt } from '../core/prompt.ts';
import type { Stage } from '../world/model/model.ts';
import { type Run, type World, drawSamples } from './run.ts';

export interface Question<T> {
  readonly prompt: PromptName;
  readonly values: Readonly<Record<string, string>>;
  readonly reply: { readonly name: string; readonly schema: ZodType<T> };
  readonly stage: Stage;
  readonly step: number;
  readonly item: string;
}

export type Answer<T> =
  | { readonly usable: true; readonly value: T }
  | { readonly usable: false; readonly reason: string };

/** Attempts at a reply, each with a seed of its own. What the model wrapper repairs within one counts as one. */
const attempts = 2;

/** Asks the teacher for a structured reply; one that cannot be used is asked for again, and in the end said to be unusable. */
export async function askTeacher<T>(question: Question<T>, run: Run, world: World): Promise<Answer<T>> {
  const { system, user } = run.prompts.templates[question.prompt];
  let reason = '';
  for (let attempt = 0; attempt < attempts; attempt++) {
    const [sampled] = await world.teacher.generate(
      {
        messages: [
          { role: 'system', content: system },
          { role: 'user', content: fillPrompt(user, question.values) },
        ],
        sampling: run.settings.teacher,
        samples: drawSamples(run, attempt, attempt + 1, question.stage, question.step, question.item),
        reply: question.reply,
        purpose: { stage: question.stage, role: 'teacher', item: question.item, step: question.step },
      },
      { signal: world.signal },
    );
    const checked = question.reply.schema.safeParse(sampled?.kind === 'completion' ? sampled.value : undefined);
    if (checked.success) return { usable: true, value: checked.data };
    reason = sampled?.kind === 'failed' ? sampled.reason : 'the reply does not have the form that was asked for';
  }
  return { usable: false, reason };
}
