import type { Sha256 } from '../../core/digest.ts';
import { ZooError } from '../../core/error.ts';
import type { Files } from '../../world/files/files.ts';
import { type CommitEntry, commitPath, readCommit, renderCommitFile } from '../history.ts';

/** Where somebody else's commits lie. */
export interface CommitOrigin {
  readonly files: Files;
  readonly folder: string;
  /** Id of its newest commit; null where it has none. */
  readonly head: string | null;
}

export interface AdoptedHistory {
  /** The newest of their commits that we have, as a version of ours or merged into one. */
  readonly common: CommitEntry | undefined;
  /** Their commits that we do not have, as files to write. */
  readonly fresh: readonly (readonly [path: string, text: string])[];
}

/** More commits than that are not followed back. */
const mostCommits = 100_000;

/** Follows their history back to what both have. Each commit is checked against its id. @throws ZooError `commit-damaged` */
export async function followHistory(
  origin: CommitOrigin,
  ours: readonly CommitEntry[],
  folder: string,
  sha256: Sha256,
): Promise<AdoptedHistory> {
  const known = new Set(ours.flatMap(({ id, commit }) => [id, ...commit.parents]));
  const fresh = new Map<string, string>();
  let common: CommitEntry | undefined;
  const waiting = origin.head === null ? [] : [origin.head];
  for (let id = waiting.pop(); id !== undefined && fresh.size < mostCommits; id = waiting.pop()) {
    if (fresh.has(id)) continue;
    const entry = await readOrMissing(origin, id, sha256);
    if (entry === undefined) continue;
    if (known.has(id)) {
      if (common === undefined || entry.commit.seq > common.commit.seq) common = entry;
      continue;
    }
    fresh.set(id, renderCommitFile(entry.commit, entry.signatures));
    waiting.push(...entry.commit.parents);
  }
  return { common, fresh: [...fresh].map(([id, text]) => [commitPath(folder, id), text] as const) };
}

/** A commit that was merged there from elsewhere may not be there itself. */
async function readOrMissing(
  { files, folder }: CommitOrigin,
  id: string,
  sha256: Sha256,
): Promise<CommitEntry | undefined> {
  try {
    return await readCommit(files, folder, id, sha256);
  } catch (thrown) {
    if (thrown instanceof ZooError && thrown.code === 'commit-missing') return undefined;
    throw thrown;
  }
}
