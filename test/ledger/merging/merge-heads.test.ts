import { describe, expect, it } from 'vitest';
import type { Commit } from '../../../src/core/tree/commit.ts';
import { commitId } from '../../../src/core/tree/commit.ts';
import { type CommitEntry, commitPath, renderCommitFile } from '../../../src/ledger/history.ts';
import { addMergeHead, pendingMergeHeads, writtenMergeHeads } from '../../../src/ledger/merging/merge-heads.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { memoryFiles } from '../../fakes/files.ts';

const folder = '/library';
const zero = '0'.repeat(64);

/** Versions by what they say, each written into the library's folder. */
async function versions() {
  const files = memoryFiles();
  const version = async (message: string, ...parents: readonly CommitEntry[]): Promise<CommitEntry> => {
    const commit: Commit = {
      v: 1,
      seq: 1 + Math.max(0, ...parents.map((parent) => parent.commit.seq)),
      parents: parents.map(({ id }) => id),
      size: 0,
      recordsRoot: zero,
      mapRoot: zero,
      packCid: 'bafkreiaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      author: 'ada',
      time: '2026-01-01T00:00:00.000Z',
      message,
      evidence: null,
    };
    const id = commitId(commit, sha256);
    await files.writeAtomic(commitPath(folder, id), renderCommitFile(commit, []));
    return { version: `v${commit.seq}`, id, commit, signatures: [] };
  };
  const pending = async (...history: readonly CommitEntry[]) => await pendingMergeHeads(files, folder, history, sha256);
  return { files, version, pending };
}

describe('pendingMergeHeads', () => {
  it('are what was merged and no version names yet, the newest of each line alone', async () => {
    const { files, version, pending } = await versions();
    const first = await version('first');
    const ours = await version('ours', first);
    const [older, other] = [await version('older', first), await version('other', first)];
    const newer = await version('newer', older);
    for (const { id } of [older, newer, other, other]) await addMergeHead(files, folder, id);
    expect(await writtenMergeHeads(files, folder)).toEqual([older.id, newer.id, other.id]);
    expect(await pending(first, ours)).toEqual([newer.id, other.id]);
    // A version that names one of them, or comes after one, has it.
    const merged = await version('merged', ours, newer);
    expect(await pending(first, ours, merged)).toEqual([other.id]);
    expect(await pending(first, older, newer)).toEqual([other.id]);
  });

  it('are none that git took away again, and none that is no id', async () => {
    const { files, version, pending } = await versions();
    const first = await version('first');
    const theirs = await version('theirs', first);
    await addMergeHead(files, folder, theirs.id);
    await addMergeHead(files, folder, '../../evil');
    expect(await pending(first)).toEqual([theirs.id]);
    await files.remove(commitPath(folder, theirs.id));
    expect(await pending(first)).toEqual([]);
  });
});
