import type { Failure } from '../../core/learning/outcome.ts';
import type { Usage } from '../../core/learning/rollout.ts';
import type { Reply } from '../../core/reply.ts';
import { parseReply } from '../../core/reply.ts';
import type { Completion, GenerateOptions, Model, ModelRequest, Sampled } from './model.ts';

/**
 * Parses and checks the answers of requests that ask for JSON, and puts what fits into `value`. What does not fit is
 * asked for once more, with the model's own answer and what is wrong with it; when that does not help either, the sample
 * is a failure `unusable-reply`. The second request goes through the wrapped model, so that it is journaled and paid for
 * like every other, and the usage of both is told.
 *
 * @param repair the text that asks for a mended answer (prompts/repair.md); `fault` is a sentence that says what is wrong
 */
export function structured(model: Model, repair: (fault: string) => string): Model {
  return {
    ...model,
    generate: async (request, options) => {
      const drawn = await model.generate(request, options);
      if (request.reply === undefined) return drawn;
      return await Promise.all(drawn.map((sampled, index) => fit(sampled, index, request, options)));
    },
  };

  async function fit(
    sampled: Sampled,
    index: number,
    request: ModelRequest,
    options: GenerateOptions | undefined,
  ): Promise<Sampled> {
    const sample = request.samples[index];
    if (sampled.kind !== 'completion' || sample === undefined) return sampled;
    const read = readReply(sampled, request);
    if (read.kind === 'fits') return { ...sampled, value: read.value };

    const [second] = await model.generate(
      {
        ...request,
        samples: [sample],
        messages: [
          ...request.messages,
          { role: 'assistant', content: sampled.text },
          { role: 'user', content: repair(read.reason) },
        ],
      },
      options,
    );
    if (second?.kind !== 'completion') return second ?? unusable(read.reason);
    const mended = readReply(second, request);
    if (mended.kind !== 'fits') return unusable(mended.reason);
    return { ...second, value: mended.value, usage: addUsage(sampled.usage, second.usage) };
  }
}

function readReply(completion: Completion, request: ModelRequest): Reply<unknown> {
  if (request.reply === undefined) return { kind: 'unfit', reason: 'Nothing was asked for.' };
  const { schema } = request.reply;
  // Half a list would be repaired into a shorter list that looks whole.
  if (completion.finish === 'length') {
    return { kind: 'unfit', reason: 'It was cut off because it was too long. Answer more briefly.' };
  }
  // Some servers file a constrained answer under reasoning.
  return parseReply(completion.text.trim() === '' ? completion.reasoning : completion.text, schema);
}

function unusable(reason: string): Failure {
  return { kind: 'failed', boundary: 'model', code: 'unusable-reply', reason };
}

function addUsage(first: Usage, second: Usage): Usage {
  return {
    promptTokens: first.promptTokens + second.promptTokens,
    cachedTokens: first.cachedTokens + second.cachedTokens,
    completionTokens: first.completionTokens + second.completionTokens,
  };
}
