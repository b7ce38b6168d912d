import { ZooError } from '../../core/error.ts';
import type { Commit } from '../../core/tree/commit.ts';
import type { Shards } from './shards.ts';

/** A library in shards. */
export interface VersionShards {
  readonly shards: Shards;
  /** The version that it is; null where it is none. */
  readonly commit: Commit | null;
}

/** @throws ZooError `root-mismatch` when what lies there is not what the version's commit says */
export function checkRoots(
  { commit }: Pick<VersionShards, 'commit'>,
  found: { readonly mapRoot: string; readonly recordsRoot?: string | undefined },
): void {
  if (commit === null) return;
  if (commit.mapRoot === found.mapRoot && commit.recordsRoot === (found.recordsRoot ?? commit.recordsRoot)) return;
  throw new ZooError('root-mismatch', `what the parts hold for v${commit.seq} does not have the roots of its commit`, {
    hint: 'Run "zoo ledger fsck"; remove the folder .zoo/index in the library, which is made anew.',
    data: { version: `v${commit.seq}` },
  });
}
