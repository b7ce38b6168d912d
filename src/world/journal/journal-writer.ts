import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../clock/clock.ts';
import type { Appender } from '../files/files.ts';
import type { JournalEntry } from './journal.ts';
import { createLineBuffer, nameOfEntry } from './journal-line.ts';
import type { OffsetIndex } from './offset-index.ts';

/** Milliseconds of activity after which entries are on the disk even without a checkpoint. */
const syncInterval = 250;

export interface JournalWriter {
  append(entry: JournalEntry): Promise<void>;
  /** Writes and syncs all that was appended; returns the length of the journal. */
  flush(): Promise<number>;
  /** Bytes of the journal that are written. */
  readonly size: number;
  close(): Promise<void>;
}

interface Waiting {
  readonly name: string | undefined;
  readonly bytes: number;
  readonly done: () => void;
  readonly failed: (thrown: unknown) => void;
}

/** Gathers what is appended while a write is under way into the next one, and syncs now and then. */
export function createJournalWriter(appender: Appender, index: OffsetIndex, clock: Clock): JournalWriter {
  const closing = new AbortController();
  let waiting: Waiting[] = [];
  let lines = createLineBuffer();
  /** Takes turns with `lines`: one is filled while the other is written. */
  let spare = createLineBuffer();
  let writing: Promise<void> | undefined;
  let syncing: Promise<void> | undefined;
  /** What went wrong in a sync that nobody waited for: the next append or flush tells it. */
  let trouble: { readonly thrown: unknown } | undefined;

  return {
    append: async (entry) => {
      tellTrouble();
      const name = nameOfEntry(entry);
      // A message is kept once.
      if (entry.type === 'message' && name !== undefined && index.get(name) !== undefined) return;
      const bytes = lines.add(entry);
      await new Promise<void>((done, failed) => {
        waiting.push({ name, bytes, done, failed });
        writing ??= writeOut();
      });
    },
    flush: async () => {
      await writing;
      tellTrouble();
      await appender.sync();
      return appender.size;
    },
    get size() {
      return appender.size;
    },
    close: async () => {
      await writing;
      closing.abort();
      await syncing;
      try {
        tellTrouble();
        await appender.sync();
      } finally {
        await appender.close();
      }
    },
  };

  async function writeOut(): Promise<void> {
    while (waiting.length > 0) {
      // Everything that is appended in this turn of the event loop goes into the same write.
      await setImmediate();
      const batch = waiting;
      const written = lines;
      [waiting, lines, spare] = [[], spare, written];
      let offset = appender.size;
      try {
        await appender.write(written.bytes());
      } catch (thrown) {
        for (const { failed } of batch) failed(thrown);
        continue;
      } finally {
        written.clear();
      }
      for (const { name, bytes, done } of batch) {
        if (name !== undefined) index.set(name, offset);
        offset += bytes;
        done();
      }
      syncing ??= syncSoon();
    }
    writing = undefined;
  }

  async function syncSoon(): Promise<void> {
    try {
      await clock.sleep(syncInterval, closing.signal);
      await appender.sync();
    } catch (thrown) {
      if (!closing.signal.aborted) trouble = { thrown };
    }
    syncing = undefined;
  }

  function tellTrouble(): void {
    if (trouble === undefined) return;
    const { thrown } = trouble;
    trouble = undefined;
    throw thrown;
  }
}
