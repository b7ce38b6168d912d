import type { Journal, JournalEntry } from '../../src/world/journal/journal.ts';
import type { Sampled } from '../../src/world/model/model.ts';

/** A journal in memory. What is given to it comes back through JSON, as it would from a file. */
export function memoryJournal(): Journal & { readonly written: JournalEntry[] } {
  const written: JournalEntry[] = [];
  const calls = new Map<string, Sampled>();
  let checkpoint: string | undefined;
  return {
    written,
    checkpoint: async () => (checkpoint === undefined ? undefined : JSON.parse(checkpoint)),
    commit: async (state) => {
      checkpoint = JSON.stringify(state);
    },
    find: async (key) => calls.get(key),
    append: async (entry) => {
      written.push(structuredClone(entry));
      if (entry.type === 'call') calls.set(entry.key, entry.result);
    },
    entries: async function* () {
      yield* written;
    },
  };
}
