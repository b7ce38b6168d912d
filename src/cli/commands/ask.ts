import type { Invocation } from '../invocation.ts';
import { untilInterrupted } from '../interrupt.ts';
import { cleanLine, cleanText } from '../view/clean-text.ts';
import { count } from '../view/train-lines.ts';

/** `zoo ask "question"`: the answer on stdout, and on stderr which experiences stood in the prompt. */
export async function ask({ terminal, words, flags, config }: Invocation): Promise<void> {
  const { askQuestion } = await import('../../app/ask.ts');
  const settled = await config();
  const question = words[0] as string;
  if (flags['dryRun'] === true) {
    const most = settled.settings.maxTokens ?? settled.settings.contextTokens;
    terminal.document({ dryRun: true, calls: 1, completionTokens: { most } });
    terminal.print(`would ask one question: 1 call, up to ${most} completion tokens`);
    return;
  }
  const interrupt = untilInterrupted(terminal, 'nothing is kept of a question');
  try {
    const answered = await askQuestion(settled, question, flags['library'] !== false, interrupt.signal);
    terminal.document(answered);
    terminal.print(cleanText(answered.text));
    if (answered.finish === 'length')
      terminal.message('warn', 'The answer was cut; raise --max-tokens (ZOO_MAX_TOKENS).');
    const { experiences, model } = answered;
    terminal.message(
      'info',
      `\n${model.model}, with ${count(experiences.length, 'experience')}${experiences.length === 0 ? '' : ' in the prompt (* named in the answer):'}`,
    );
    for (const { id, text, named } of experiences)
      terminal.message('info', `${named ? '*' : ' '} [${id}] ${cleanLine(text)}`);
  } finally {
    interrupt.end();
  }
}
