import { randomFor } from '../core/random.ts';
import { charactersPerToken, countTokens } from './capacity/count-tokens.ts';
import { type AnswerFault, breakJson } from './faults.ts';
import type { ChatRequest } from './protocol/read-chat-request.ts';
import type { FinishReason, Piece } from './protocol/completion-sink.ts';
import type { SimulatorSettings } from './simulator-options.ts';

/** One choice, ready to be sent. */
export interface Sequence {
  readonly reasoning: string;
  readonly content: string;
  readonly reason: FinishReason;
  /** Reasoning counted. */
  readonly tokens: number;
}

/** Cuts a reply to what the request allows: stop sequences, then the token limit, then what a fault breaks of it. */
export function generateSequence(
  reply: string,
  request: ChatRequest,
  fault: AnswerFault | undefined,
  sampleSeed: number,
  settings: SimulatorSettings,
): Sequence {
  const random = randomFor(settings.seed, 'fault', reply.length, sampleSeed);
  let text = fault === 'malformedJson' ? breakJson(reply, random) : reply;
  for (const stop of request.stop) {
    const at = stop === '' ? -1 : text.indexOf(stop);
    if (at >= 0) text = text.slice(0, at);
  }
  const { maximum } = settings.lengths;
  const limit = Math.min(request.maxTokens ?? maximum, maximum) * charactersPerToken;
  let reason: FinishReason = 'stop';
  if (text.length > limit) {
    text = text.slice(0, limit);
    reason = 'length';
  }
  if (fault === 'truncation') {
    text = text.slice(0, Math.floor(text.length * (0.2 + 0.6 * random())));
    reason = 'length';
  }
  const tokens = countTokens(text);
  if (settings.reasoning === 'none' || request.format !== undefined)
    return { reasoning: '', content: text, reason, tokens };
  const half = text.lastIndexOf('\n', text.length / 2) + 1;
  const thought = text.slice(0, half);
  const answer = text.slice(half);
  return settings.reasoning === 'field'
    ? { reasoning: thought, content: answer, reason, tokens }
    : { reasoning: '', content: `<think>\n${thought}</think>\n${answer}`, reason, tokens };
}

/** The parts in which a sequence is streamed: its first token, then as many about equal parts as wanted. */
export function splitSequence({ reasoning, content }: Sequence, parts: number): Piece[] {
  const all = reasoning + content;
  const cuts = [0, Math.min(charactersPerToken, all.length)];
  for (let part = 1; part <= parts; part++) {
    cuts.push(Math.max(cuts.at(-1) ?? 0, Math.round((all.length * part) / parts)));
  }
  return cuts.slice(1).flatMap((end, index) => {
    const start = cuts[index] ?? 0;
    if (end === start && index > 0) return [];
    return {
      reasoning: all.slice(start, Math.min(end, reasoning.length)),
      content: all.slice(Math.max(start, reasoning.length), end),
    };
  });
}
