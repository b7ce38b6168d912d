import { ZooError } from '../../core/error.ts';
import type { Clock } from '../clock/clock.ts';
import type { Files, Lock, Reader } from '../files/files.ts';
import { checkpointFile, encodeCheckpoint, readCheckpoint } from './checkpoint.ts';
import type { Journal, JournalEntry } from './journal.ts';
import { decodeLine, isWhole, nameOfLine } from './journal-line.ts';
import { createJournalWriter } from './journal-writer.ts';
import { createOffsetIndex, type OffsetIndex } from './offset-index.ts';
import { scanLines } from './scan.ts';

export const journalFile = 'journal.jsonl';
export const runLockFile = 'lock';

export interface FileJournalOptions {
  readonly files: Files;
  /** The run's folder; made when missing. */
  readonly folder: string;
  readonly clock: Clock;
  /** Opens what is there without a lock and without changing it, as `--replay` does; appending is refused. */
  readonly readOnly?: boolean | undefined;
}

export interface FileJournal extends Journal {
  /** What was found amiss on opening and could be mended, in sentences. */
  readonly warnings: readonly string[];
  /** A message that some prompt was made of, by its digest. */
  message(digest: string): Promise<{ readonly role: string; readonly content: string } | undefined>;
  /** Writes out what waits, syncs it and lets go of the lock. */
  close(): Promise<void>;
}

/**
 * The journal of a run in its folder: `journal.jsonl`, one checked line an entry, and `checkpoint.json`, replaced
 * atomically, which says how long the journal was at its time. Entries are written together while a write is under
 * way; bodies stay on the disk, and an index of offsets finds them.
 *
 * A last line that was torn is cut off and told in `warnings`.
 *
 * @throws ZooError `run-locked` when another process works on the run, `journal-damaged` when something before the last
 *   line does not read as it was written, and those of {@link Files}
 */
export async function openFileJournal(options: FileJournalOptions): Promise<FileJournal> {
  const { files, folder } = options;
  if (options.readOnly === true) return await openUnlocked(options, undefined);
  await files.makeFolder(folder);
  const lock = await lockRun(files, folder);
  try {
    return await openUnlocked(options, lock);
  } catch (thrown) {
    await lock.release();
    throw thrown;
  }
}

async function openUnlocked(options: FileJournalOptions, lock: Lock | undefined): Promise<FileJournal> {
  const { files, folder, clock } = options;
  const path = `${folder}/${journalFile}`;
  const checkpoint = await readCheckpoint(files, folder);
  const index = createOffsetIndex();
  const { size, warnings } = await readIn(files, path, index);
  if (checkpoint !== undefined && checkpoint.journal > size)
    throw shorterThanCheckpoint(path, size, checkpoint.journal);
  if (lock !== undefined && size < (await sizeOf(files, path))) await files.truncate(path, size);
  const appender = lock === undefined ? undefined : await files.append(path);
  const writer = appender === undefined ? undefined : createJournalWriter(appender, index, clock);
  let saved: unknown = checkpoint?.state;
  let sharedReader: Promise<Reader> | undefined;

  return {
    warnings,
    checkpoint: () => Promise.resolve(saved),
    commit: async (state) => {
      if (writer === undefined) throw notForWriting(folder);
      const journal = await writer.flush();
      await files.writeAtomic(`${folder}/${checkpointFile}`, encodeCheckpoint(state, journal));
      saved = state;
    },
    find: async (key) => {
      const entry = await findEntry(`call:${key}`);
      return entry?.type === 'call' && entry.key === key ? entry.result : undefined;
    },
    message: async (digest) => {
      const entry = await findEntry(`message:${digest}`);
      return entry?.type === 'message' && entry.digest === digest ? entry : undefined;
    },
    append: async (entry) => {
      if (writer === undefined) throw notForWriting(folder);
      await writer.append(entry);
    },
    entries: () => readEntries(files, path, writer?.size ?? size),
    close: async () => {
      try {
        await writer?.close();
        await (await sharedReader)?.close();
      } finally {
        await lock?.release();
      }
      if (writer?.size === 0) await removeUnbegun(files, folder);
    },
  };

  async function findEntry(name: string): Promise<JournalEntry | undefined> {
    const offset = index.get(name);
    if (offset === undefined) return undefined;
    const reader = await (sharedReader ??= files.open(path));
    for await (const line of scanLines(reader, offset, writer?.size ?? size, 16_384)) {
      if (!isWhole(line.bytes)) throw damaged(path, undefined, offset);
      return decodeLine(line.bytes, `the entry at byte ${offset} of ${path}`);
    }
    return undefined;
  }
}

/** A run that was refused before it recorded anything leaves no folder behind. */
async function removeUnbegun(files: Files, folder: string): Promise<void> {
  if ((await files.list(folder)).every((name) => name === journalFile)) await files.remove(folder);
}

/** Reads all lines into the index. Returns the length of the part that is whole. */
async function readIn(files: Files, path: string, index: OffsetIndex): Promise<{ size: number; warnings: string[] }> {
  if (!(await files.exists(path))) return { size: 0, warnings: [] };
  const reader = await files.open(path);
  try {
    let size = 0;
    let number = 0;
    let bad: { number: number; offset: number } | undefined;
    for await (const line of scanLines(reader, 0, reader.size)) {
      number++;
      const whole = line.ended && isWhole(line.bytes);
      if (!whole) {
        bad ??= { number, offset: line.offset };
        continue;
      }
      if (bad !== undefined) throw damaged(path, bad.number, bad.offset);
      const name = nameOfLine(line.bytes);
      if (name !== undefined) index.set(name, line.offset);
      size = line.offset + line.bytes.length + 1;
    }
    if (bad === undefined) return { size, warnings: [] };
    return {
      size,
      warnings: [
        `${path} ended in the middle of an entry (line ${bad.number}); its last ${reader.size - size} bytes were left out, ` +
          'and the call that they recorded is asked again.',
      ],
    };
  } finally {
    await reader.close();
  }
}

async function* readEntries(files: Files, path: string, size: number): AsyncGenerator<JournalEntry> {
  if (!(await files.exists(path))) return;
  const reader = await files.open(path);
  try {
    let number = 0;
    for await (const line of scanLines(reader, 0, Math.min(size, reader.size))) {
      number++;
      if (!line.ended || !isWhole(line.bytes)) throw damaged(path, number, line.offset);
      yield decodeLine(line.bytes, `line ${number} of ${path}`);
    }
  } finally {
    await reader.close();
  }
}

async function lockRun(files: Files, folder: string): Promise<Lock> {
  try {
    return await files.lock(`${folder}/${runLockFile}`, [folder]);
  } catch (thrown) {
    if (!(thrown instanceof ZooError) || thrown.code !== 'locked') throw thrown;
    throw new ZooError('run-locked', `another process works on this run: ${thrown.message}`, {
      cause: thrown,
      hint: `${thrown.hint ?? ''} Or start a run of another name with --run.`.trim(),
      data: thrown.data,
    });
  }
}

async function sizeOf(files: Files, path: string): Promise<number> {
  if (!(await files.exists(path))) return 0;
  const reader = await files.open(path);
  await reader.close();
  return reader.size;
}

function damaged(path: string, line: number | undefined, offset: number): ZooError {
  const where = line === undefined ? `byte ${offset}` : `line ${line} (byte ${offset})`;
  return new ZooError('journal-damaged', `${path} is damaged at ${where}: it does not read as it was written`, {
    hint:
      `Restore the file from a copy, or cut it before the damage with "truncate -s ${offset} ${path}" and remove ` +
      `${checkpointFile} beside it: then resume asks again whatever was recorded behind it.`,
    data: { path, line, offset },
  });
}

function shorterThanCheckpoint(path: string, size: number, expected: number): ZooError {
  return new ZooError(
    'journal-damaged',
    `${path} is shorter than its checkpoint says: ${size} of ${expected} bytes are left`,
    {
      hint: `Restore the file from a copy, or remove ${checkpointFile} beside it: then resume asks again what is missing.`,
      data: { path, size, expected },
    },
  );
}

function notForWriting(folder: string): ZooError {
  return new ZooError('read-only-journal', `the run in ${folder} was opened for reading only`, {
    hint: 'Leave out --replay to go on with the run, or name another run.',
  });
}
