import { type Sha256, toHex } from '../core/digest.ts';
import { certifyDifference } from '../core/tree/certify-difference.ts';
import type { CertifiedChange } from '../core/tree/difference-certificate.ts';
import type { Files } from '../world/files/files.ts';
import type { CommitEntry } from './history.ts';
import { certifyIndexes, encodeMapIndex } from './map-index.ts';
import type { Ledger } from './open-ledger.ts';
import { entriesOfParts, packParts } from './pack.ts';
import { entriesOfRecords, joinEntries } from './parts.ts';

/** From this many experiences on, an index of the map is kept beside the library. */
const indexFrom = 10_000;

export interface VersionsCertificate {
  readonly bytes: Uint8Array;
  readonly changes: readonly CertifiedChange[];
  /** The two mapRoots (hexadecimal) that the certificate is checked with. */
  readonly before: string;
  readonly after: string;
}

/**
 * The certificate of the difference between two versions. Of large ones only indexes are read, a few of their buckets;
 * an index that is missing or damaged is made anew from the version.
 */
export async function certifyVersions(
  files: Files,
  ledger: Ledger,
  beforeReference: string,
  afterReference: string,
  sha256: Sha256,
): Promise<VersionsCertificate> {
  const [before, after] = [await ledger.findVersion(beforeReference), await ledger.findVersion(afterReference)];
  const roots = { before: before.commit.mapRoot, after: after.commit.mapRoot };
  if (Math.max(before.commit.size, after.commit.size) < indexFrom) {
    const [old, next] = [await ledger.readVersion(before.id), await ledger.readVersion(after.id)];
    return { ...certifyDifference(old, next, sha256), ...roots };
  }
  const certified = await certifyWithIndexes(files, ledger, before, after, sha256).catch(() => undefined);
  if (certified !== undefined && sameRoots(certified.roots, roots)) return { ...certified, ...roots };
  for (const entry of [before, after]) await writeMapIndex(files, ledger, entry, sha256);
  return { ...(await certifyWithIndexes(files, ledger, before, after, sha256)), ...roots };
}

/** Makes the index of a version, from the indexes of its parts or else from its records. */
async function writeMapIndex(files: Files, ledger: Ledger, entry: CommitEntry, sha256: Sha256): Promise<void> {
  const parts = await packParts(files, ledger.folder, entry.commit, sha256);
  const indexed = parts === undefined ? undefined : await entriesOfParts(files, ledger.folder, parts, sha256);
  const entries =
    indexed === undefined
      ? entriesOfRecords((await ledger.readVersion(entry.id)).experiences, sha256)
      : { ...joinEntries(indexed), ids: () => indexed.flatMap((part) => part.ids()) };
  await files.writeAtomic(indexPath(ledger, entry), encodeMapIndex(entries, entries.ids(), sha256));
}

async function certifyWithIndexes(
  files: Files,
  ledger: Ledger,
  before: CommitEntry,
  after: CommitEntry,
  sha256: Sha256,
): ReturnType<typeof certifyIndexes> {
  const old = await files.open(indexPath(ledger, before));
  try {
    const next = await files.open(indexPath(ledger, after));
    try {
      return await certifyIndexes(old, next, sha256);
    } finally {
      await next.close();
    }
  } finally {
    await old.close();
  }
}

function indexPath(ledger: Ledger, { commit }: CommitEntry): string {
  return `${ledger.folder}/.zoo/index/${commit.mapRoot}.idx`;
}

function sameRoots(
  found: { before: Uint8Array; after: Uint8Array },
  roots: { before: string; after: string },
): boolean {
  return toHex(found.before) === roots.before && toHex(found.after) === roots.after;
}
