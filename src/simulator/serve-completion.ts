import type { ServerResponse } from 'node:http';
import { randomFor } from '../core/random.ts';
import { countTokens } from './capacity/count-tokens.ts';
import { type Sequence, generateSequence } from './generate-sequence.ts';
import type { Exchange, Machine } from './machine.ts';
import { openDelivery } from './open-delivery.ts';
import { readPrompt } from './prompt/read-prompt.ts';
import type { WireUsage } from './protocol/completion-sink.ts';
import type { SimulatorSettings } from './simulator-options.ts';
import { writeReply } from './write-reply.ts';

/** Generates the choices of one request, each in a slot of its own, and sends them as they come. */
export function serveCompletion(exchange: Exchange, response: ServerResponse, machine: Machine): void {
  const { request, model, seed, answerFault } = exchange;
  const { settings, recorder } = machine;
  const reading = readPrompt(request);
  const about = reading.problems[0] === undefined ? undefined : machine.find(reading.problems[0]).id;
  const prompt = request.messages.map(({ role, text }) => `${role}\n${text}\n`).join('');
  const promptTokens = countTokens(prompt);
  const delivery = openDelivery(exchange, response, machine);
  let cached = 0;
  let completed = 0;
  let left = request.n;

  const tickets = Array.from({ length: request.n }, (_, index) => {
    const sampleSeed = request.temperature === 0 ? 0 : seed + index;
    let sequence: Sequence;
    let cachedTokens = 0;
    let slotSeconds = 0;
    return machine.slots.enter({
      start: (at) => {
        const reply = writeReply(reading, request, model, sampleSeed, settings, machine.find);
        sequence = generateSequence(reply, request, answerFault, sampleSeed, settings);
        cachedTokens = machine.prefixCache(prompt);
        const prefillSeconds = (promptTokens - cachedTokens) / settings.capacity.prefillRate;
        slotSeconds = prefillSeconds + sequence.tokens / settings.capacity.decodeRate;
        delivery.plan(index, sequence, { at, prefillSeconds, slotSeconds });
        return slotSeconds * settings.timeScale * 1000;
      },
      finish: () => {
        // Only the first choice pays for the prompt; the others find it in the cache.
        const first = index === 0;
        if (first) cached = cachedTokens;
        completed += sequence.tokens;
        const served = {
          stage: reading.stage,
          problemId: about,
          promptTokens: first ? promptTokens : 0,
          cachedTokens: first ? cachedTokens : 0,
          completionTokens: sequence.tokens,
          slotSeconds,
        };
        recorder.serve(served);
        settings.onServed?.(served);
        delivery.finish(index, sequence.reason);
        left--;
        if (left === 0) delivery.done(tellUsage(promptTokens, cached, completed, exchange, settings));
      },
    });
  });
  response.once('close', () => {
    for (const ticket of tickets) ticket.leave();
  });
}

/** True usage, or what the fault makes of it. */
function tellUsage(
  prompt: number,
  cached: number,
  completion: number,
  { answerFault, seed }: Exchange,
  settings: SimulatorSettings,
): WireUsage {
  if (answerFault !== 'wrongUsage') return wireUsage(prompt, cached, completion);
  switch (Math.floor(randomFor(settings.seed, 'usage', seed, prompt)() * 3)) {
    case 0:
      return wireUsage(0, 0, 0);
    case 1:
      return wireUsage(prompt, prompt + 1000, completion);
    default:
      return wireUsage(prompt * 10, cached, completion * 10);
  }
}

function wireUsage(prompt: number, cached: number, completion: number): WireUsage {
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: cached },
  };
}
