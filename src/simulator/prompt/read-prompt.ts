import type { ChatMessage, ChatRequest } from '../protocol/read-chat-request.ts';
import { type ListedExperience, readExperiences } from './read-experiences.ts';
import { type Tag, readTag, readTags } from './read-tags.ts';

export const simulatedStages = [
  'rollout',
  'summarize',
  'extract',
  'consolidate',
  'shorten',
  'direct',
  'judge',
  'other',
] as const;
/** What a request asks for. `other` is a structured answer that belongs to no stage. */
export type SimulatedStage = (typeof simulatedStages)[number];

/** What the simulator makes of a prompt. */
export interface Reading {
  readonly stage: SimulatedStage;
  /** Between `<problem>` tags; without those, the user's last message. Empty when there is none. */
  readonly problems: readonly string[];
  readonly experiences: readonly ListedExperience[];
  /** Trajectories or their summaries, in order. */
  readonly attempts: readonly Attempt[];
  readonly groundTruth: string | undefined;
  /** All that was said but by the assistant, for what has no reader of its own. */
  readonly text: string;
}

export interface Attempt {
  readonly sample: number;
  /** Undefined when the prompt does not tell. */
  readonly reward: number | undefined;
  readonly text: string;
}

const stageOfReply: Readonly<Record<string, SimulatedStage>> = {
  operations: 'extract',
  consolidation: 'consolidate',
  experience: 'shorten',
  experiences: 'direct',
  verdict: 'judge',
};

export function readPrompt(request: ChatRequest): Reading {
  const text = request.messages
    .filter((message) => message.role !== 'assistant')
    .map((message) => message.text)
    .join('\n\n');
  const problems = readTags(text, 'problem').map((tag) => tag.content);
  const block = readTag(text, 'experiences');
  const truth = readTag(text, 'ground_truth');
  return {
    stage: recogniseStage(request, text),
    problems: problems.length > 0 ? problems : lastUserMessage(request.messages),
    experiences: block === undefined ? [] : readExperiences(block),
    attempts: [...readTags(text, 'trajectory'), ...readTags(text, 'summary')].map(readAttempt),
    groundTruth: truth === '' ? undefined : truth,
    text,
  };
}

/** The name of the reply's schema decides, then the line `Task: …`, then the tags that only one stage has. */
function recogniseStage(request: ChatRequest, text: string): SimulatedStage {
  const named = stageOfReply[request.format?.name ?? ''];
  if (named !== undefined) return named;
  if (request.format?.name !== undefined) return 'other';
  for (const message of request.messages) {
    if (message.role === 'assistant') continue;
    const task = /^\s*Task:\s*([a-z]+)/i.exec(message.text)?.[1]?.toLowerCase();
    if (task === 'solve' || task === 'rollout') return 'rollout';
    const stage = simulatedStages.find((name) => name === task);
    if (stage !== undefined) return stage;
  }
  if (text.includes('<operations>')) return 'consolidate';
  if (text.includes('<summary ')) return 'extract';
  if (text.includes('<trajectory')) return 'summarize';
  return 'rollout';
}

function lastUserMessage(messages: readonly ChatMessage[]): string[] {
  const last = messages.findLast((message) => message.role === 'user');
  return last === undefined ? [] : [last.text];
}

function readAttempt({ attributes, content }: Tag, index: number): Attempt {
  const told = attributes['reward'] ?? attributes['correct'];
  const reward = told === 'true' ? 1 : told === 'false' ? 0 : Number(told ?? Number.NaN);
  return {
    sample: Number(attributes['sample'] ?? index),
    reward: Number.isFinite(reward) ? reward : undefined,
    text: content,
  };
}
