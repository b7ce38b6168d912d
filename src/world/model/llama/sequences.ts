import type { LlamaSequence } from './library.ts';

/** Sequences of one context, each used by one completion at a time. */
export interface SequencePool {
  /**
   * Runs `work` on an idle sequence, the one that holds the longest prefix of `tokens` already, so that shared prompts
   * are evaluated once. Waits for one in order of arrival; rejects with the signal's reason when aborted while waiting.
   */
  run<T>(
    tokens: readonly number[],
    signal: AbortSignal | undefined,
    work: (sequence: LlamaSequence) => Promise<T>,
  ): Promise<T>;
}

export function sequencePool(sequences: readonly LlamaSequence[]): SequencePool {
  const idle = new Set(sequences);
  // While someone waits, nothing is idle: a sequence that becomes free goes to the first in line.
  const waiting: ((sequence: LlamaSequence) => void)[] = [];

  async function acquire(tokens: readonly number[], signal: AbortSignal | undefined): Promise<LlamaSequence> {
    signal?.throwIfAborted();
    if (idle.size === 0) return await nextFree(signal);
    const sequence = nearest(idle, tokens);
    idle.delete(sequence);
    return sequence;
  }

  function nextFree(signal: AbortSignal | undefined): Promise<LlamaSequence> {
    return new Promise((resolve, reject) => {
      const take = (sequence: LlamaSequence) => {
        signal?.removeEventListener('abort', abandon);
        resolve(sequence);
      };
      const abandon = () => {
        waiting.splice(waiting.indexOf(take), 1);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', abandon, { once: true });
      waiting.push(take);
    });
  }

  function release(sequence: LlamaSequence): void {
    const take = waiting.shift();
    if (take === undefined) idle.add(sequence);
    else take(sequence);
  }

  return {
    async run(tokens, signal, work) {
      const sequence = await acquire(tokens, signal);
      try {
        return await work(sequence);
      } finally {
        release(sequence);
      }
    },
  };
}

/** Among equals, the one that has been idle for longest. */
function nearest(idle: ReadonlySet<LlamaSequence>, tokens: readonly number[]): LlamaSequence {
  const shared = [...idle].map((sequence) => ({
    sequence,
    length: sequence.compareContextTokens(tokens).firstDifferentIndex,
  }));
  return shared.reduce((best, other) => (other.length > best.length ? other : best)).sequence;
}
