import type { ChatResponse } from './library.ts';

export interface Spoken {
  readonly text: string;
  readonly reasoning: string;
}

/**
 * Takes what the model thought apart from what it answered. The library does so for chat templates that it knows to
 * have thoughts; for all others a `<think>` part at the start of the answer is taken out here. One that was never
 * closed, as when the completion ran into its token limit, is all reasoning.
 */
export function splitThinking({ fullResponse }: Pick<ChatResponse, 'fullResponse'>): Spoken {
  const said = fullResponse.filter((part) => typeof part === 'string').join('');
  const thought = fullResponse.flatMap((part) =>
    typeof part !== 'string' && part.segmentType === 'thought' ? [part.text] : [],
  );
  const { text, reasoning } = splitTag(said);
  return { text, reasoning: [...thought, reasoning].filter((part) => part !== '').join('\n') };
}

function splitTag(said: string): Spoken {
  const parts = /^(?:\s*<think>)?([\s\S]*?)<\/think>\s*([\s\S]*)$/.exec(said);
  if (parts !== null) return { reasoning: (parts[1] ?? '').trim(), text: parts[2] ?? '' };
  const open = /^\s*<think>([\s\S]*)$/.exec(said);
  return open === null ? { reasoning: '', text: said } : { reasoning: (open[1] ?? '').trim(), text: '' };
}
