import type { Usage } from '../src/core/learning/rollout.ts';
import type { UsageAccount } from '../src/core/learning/account.ts';
import type { Problem } from '../src/core/learning/problem.ts';
import { readPrompt } from '../src/simulator/prompt/read-prompt.ts';
import type { ChatRequest } from '../src/simulator/protocol/read-chat-request.ts';
import { simulatedModels } from '../src/simulator/simulated-models.ts';
import { simulatorOptionsSchema } from '../src/simulator/simulator-options.ts';
import { indexProblems } from '../src/simulator/skills/known-problems.ts';
import { writeReply } from '../src/simulator/write-reply.ts';
import type { Model, ModelRequest, Sampled } from '../src/world/model/model.ts';
import { structured } from '../src/world/model/structured.ts';

export type SimulatedName = (typeof simulatedModels)[number]['id'];

/**
 * The simulated models without a server: the same words, at once, so that many whole runs fit into a benchmark. A token is
 * four characters. What an open server adds (time, queues, faults) is measured elsewhere.
 */
export function simulatedWorld(
  seed: number,
  problems: readonly Problem[],
  options: Readonly<Record<string, unknown>> = {},
) {
  const settings = simulatorOptionsSchema.parse({ ...options, seed, problems: [...problems] });
  const find = indexProblems(settings.problems, seed);
  const none = { calls: 0, promptTokens: 0, cachedTokens: 0, completionTokens: 0, usd: 0 };
  const spent = { ...none };
  const byStage: Record<string, typeof spent> = {};

  function model(name: SimulatedName): Model {
    const simulated = simulatedModels.find(({ id }) => id === name);
    if (simulated === undefined) throw new Error(`there is no simulated model ${name}`);
    const generate = async (request: ModelRequest): Promise<Sampled[]> => {
      const chat = chatOf(request, name);
      const reading = readPrompt(chat);
      return request.samples.map(({ seed: sample }) => {
        const text = writeReply(reading, chat, simulated, sample, settings, find);
        const usage = usageOf(request, text);
        for (const total of [spent, (byStage[request.purpose.stage] ??= { ...none })]) {
          total.calls++;
          total.promptTokens += usage.promptTokens;
          total.completionTokens += usage.completionTokens;
        }
        const timing = { firstTokenMs: 0, totalMs: 0 };
        return { kind: 'completion', text, reasoning: '', finish: 'stop', usage, usageReported: true, timing };
      });
    };
    const identity = { provider: 'sim', model: name, endpoint: 'simulator:embedded' };
    return structured({ identity, generate }, (fault) => fault);
  }

  return { model, account: (): UsageAccount => structuredClone({ ...spent, byStage }) };
}

function chatOf({ messages, reply }: ModelRequest, model: string): ChatRequest {
  return {
    model,
    messages: messages.map(({ role, content }) => ({ role, text: content })),
    stream: false,
    includeUsage: false,
    n: 1,
    seed: undefined,
    temperature: undefined,
    maxTokens: undefined,
    stop: [],
    format: reply === undefined ? undefined : { name: reply.name, schema: {} },
  };
}

function usageOf({ messages }: ModelRequest, text: string): Usage {
  const characters = messages.reduce((sum, { content }) => sum + content.length, 0);
  return {
    promptTokens: Math.ceil(characters / 4),
    cachedTokens: 0,
    completionTokens: Math.ceil(text.length / 4),
  };
}
