import type { Git } from '../../world/git/git.ts';

/** What git stopped in because files changed on both sides. Ours is `HEAD` in all of them. */
export interface StoppedOperation {
  /** The revision that is brought in. */
  readonly theirs: string;
  /** What both come from; undefined where that is the newest common ancestor. */
  readonly base: string | undefined;
  /** Whether all of their history comes in, not what one commit changed. */
  readonly merge: boolean;
}

/** By the name that git gives to what it brings in. */
const operations: Readonly<Record<string, StoppedOperation>> = {
  MERGE_HEAD: { theirs: 'MERGE_HEAD', base: undefined, merge: true },
  CHERRY_PICK_HEAD: { theirs: 'CHERRY_PICK_HEAD', base: 'CHERRY_PICK_HEAD^', merge: false },
  REVERT_HEAD: { theirs: 'REVERT_HEAD^', base: 'REVERT_HEAD', merge: false },
  REBASE_HEAD: { theirs: 'REBASE_HEAD', base: 'REBASE_HEAD^', merge: false },
};

/**
 * The operation that git stopped in, where a name asks for it: one of git's own, or `MERGE_HEAD` for whichever it is.
 * Undefined for every other name.
 */
export async function stoppedOperation(git: Git, folder: string, name: string): Promise<StoppedOperation | undefined> {
  if (!Object.hasOwn(operations, name)) return undefined;
  const names = name === 'MERGE_HEAD' ? Object.keys(operations) : [name];
  for (const one of names) {
    const { code } = await git.run(folder, ['rev-parse', '--verify', '--quiet', one]);
    if (code === 0) return operations[one];
  }
  return undefined;
}

/**
 * Whether git runs a driver for a merge of two histories, which it tells its children by the names of both. A cherry-pick
 * or a rebase takes single commits, so that what comes in is not all of theirs.
 */
export function mergesHistories(environment: Readonly<Record<string, string | undefined>>): boolean {
  return Object.keys(environment).some((name) => name.startsWith('GITHEAD_'));
}
