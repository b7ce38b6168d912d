import { z } from 'zod';
import { isCid } from '../core/ipld/cid.ts';
import type { Commit } from '../core/tree/commit.ts';
import type { ArchiveTag } from '../world/archive/archive.ts';

/** What tags say an archive is. */
export interface ArchiveClaims {
  /** Ids of commits, hexadecimal. */
  readonly commit: string;
  /** Null for the first version. */
  readonly previous: string | null;
  /** The commit of the library's first version, by which all its versions are found. */
  readonly library: string;
  readonly seq: number;
  /** The recordsRoot. */
  readonly root: string;
  readonly cid: string;
}

/** The tags that every archive of zoo has, to look for. */
export const archiveMark = [
  { name: 'App-Name', values: ['zoo'] },
  { name: 'Type', values: ['zoo-snapshot'] },
] as const;

export interface ArchiveTagsOptions {
  readonly commit: Commit;
  readonly commitId: string;
  /** Id of the library's first commit. */
  readonly library: string;
  readonly cid: string;
  readonly title: string;
  /** Of this program. */
  readonly appVersion: string;
}

/**
 * The tags of a version's archive. The time is that of the commit, so that a version that is archived twice has the same
 * tags.
 */
export function archiveTags(options: ArchiveTagsOptions): readonly ArchiveTag[] {
  const { commit, commitId, library, cid, title, appVersion } = options;
  const [previous] = commit.parents;
  const tags: [string, string][] = [
    ['App-Name', 'zoo'],
    ['App-Version', appVersion],
    ['Content-Type', 'application/vnd.ipld.car'],
    ['Type', 'zoo-snapshot'],
    ['Title', title],
    ['Zoo-Library', library],
    ['Zoo-Commit', commitId],
    ['Zoo-Root', commit.recordsRoot],
    ['Zoo-Seq', String(commit.seq)],
    ...(previous === undefined ? [] : [['Zoo-Prev', previous] satisfies [string, string]]),
    ['IPFS-CID', cid],
    ['Unix-Time', String(Math.floor(Date.parse(commit.time) / 1000))],
  ];
  return tags.map(([name, value]) => ({ name, value }));
}

const hex32 = z.string().regex(/^[0-9a-f]{64}$/);
const claimsSchema = z.object({
  'App-Name': z.literal('zoo'),
  Type: z.literal('zoo-snapshot'),
  'Zoo-Library': hex32,
  'Zoo-Commit': hex32,
  'Zoo-Root': hex32,
  'Zoo-Seq': z
    .string()
    .regex(/^[1-9]\d{0,14}$/)
    .transform(Number),
  'Zoo-Prev': hex32.optional(),
  'IPFS-CID': z.string().max(100).refine(isCid, 'is no CID'),
});

/** What tags claim, or why they are not those of an archive. */
export function readClaims(tags: readonly ArchiveTag[]): ArchiveClaims | string {
  const values: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const { name, value } of tags) {
    if (!(name in claimsSchema.shape)) continue;
    if (name in values) return `it has the tag ${name} twice`;
    values[name] = value;
  }
  const checked = claimsSchema.safeParse({ ...values });
  if (!checked.success) {
    const [issue] = checked.error.issues;
    return `its tag ${String(issue?.path[0] ?? '')} is missing, or none of an archive`;
  }
  const { data } = checked;
  return {
    commit: data['Zoo-Commit'],
    previous: data['Zoo-Prev'] ?? null,
    library: data['Zoo-Library'],
    seq: data['Zoo-Seq'],
    root: data['Zoo-Root'],
    cid: data['IPFS-CID'],
  };
}

/** True for the tags of two archives of one version. */
export function sameClaims(one: readonly ArchiveTag[], other: readonly ArchiveTag[]): boolean {
  const claims = readClaims(one);
  return typeof claims !== 'string' && JSON.stringify(claims) === JSON.stringify(readClaims(other));
}

/** What of the claims a verified commit contradicts; undefined when it bears them out. */
export function contradiction(
  claims: ArchiveClaims,
  commit: Commit,
  commitId: string,
  library: string,
): string | undefined {
  const facts: readonly [string, unknown, unknown][] = [
    ['Zoo-Commit', claims.commit, commitId],
    ['Zoo-Seq', claims.seq, commit.seq],
    ['Zoo-Root', claims.root, commit.recordsRoot],
    ['Zoo-Prev', claims.previous, commit.parents[0] ?? null],
    ['Zoo-Library', claims.library, library],
  ];
  const lie = facts.find(([, claimed, fact]) => claimed !== fact);
  return lie === undefined ? undefined : `its tag ${lie[0]} says ${String(lie[1])}, and its commit ${String(lie[2])}`;
}
