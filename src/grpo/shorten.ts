import { z } from 'zod';
import type { Operation } from '../core/library/operation.ts';
import { countWords, maximumWords } from '../core/library/words.ts';
import { fence } from '../core/prompt.ts';
import { askTeacher } from './ask.ts';
import type { Run, World } from './run.ts';

const reply = { name: 'experience', schema: z.object({ experience: z.string().min(1) }) };

/** One request to say an overlong experience within the limit; undefined when no usable reply came. */
export async function shortenOperation(
  operation: Exclude<Operation, { operation: 'delete' }>,
  step: number,
  run: Run,
  world: World,
): Promise<Operation | undefined> {
  const text = operation.experience;
  const answer = await askTeacher(
    {
      prompt: 'shorten',
      values: { text: fence(text), words: String(countWords(text)), maximum: String(maximumWords) },
      reply,
      stage: 'shorten',
      step,
      item: text,
    },
    run,
    world,
  );
  return answer.usable
    ? { ...operation, experience: answer.value.experience.replaceAll(/\s+/g, ' ').trim().normalize('NFC') }
    : undefined;
}
