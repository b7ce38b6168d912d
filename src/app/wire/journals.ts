import { type FileJournal, openFileJournal } from '../../world/journal/file.ts';
import type { Journal } from '../../world/journal/journal.ts';
import { type RunSummary, listRuns } from '../../world/journal/list-runs.ts';
import { clock, files } from './platform.ts';

export type { RunSummary } from '../../world/journal/list-runs.ts';

/** The journal of a run, locked for this process. */
export function openJournal(folder: string): Promise<FileJournal> {
  return openFileJournal({ files, folder, clock });
}

/** The journal of a run as it stands, whoever works on it. */
export function openForReading(folder: string): Promise<FileJournal> {
  return openFileJournal({ files, folder, clock, readOnly: true });
}

/**
 * The journal of a run to read calls from, for a replay: nothing is written, and the replay goes through every step
 * from the beginning, whatever the checkpoint says.
 */
export async function openForReplay(folder: string): Promise<FileJournal> {
  const journal = await openForReading(folder);
  const inMemory: Pick<Journal, 'checkpoint' | 'commit' | 'append'> = {
    checkpoint: () => Promise.resolve(undefined),
    commit: () => Promise.resolve(),
    append: () => Promise.resolve(),
  };
  return { ...journal, ...inMemory };
}

export function findRuns(folder: string): Promise<readonly RunSummary[]> {
  return listRuns(files, folder);
}
