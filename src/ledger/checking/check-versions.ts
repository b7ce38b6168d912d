import { ZooError } from '../../core/error.ts';
import type { Library } from '../../core/library/library.ts';
import type { Commit } from '../../core/tree/commit.ts';
import { type CommitEntry, commitPath } from '../history.ts';
import { paths } from '../layout.ts';
import { packParts, packPath, readPack, unpack } from '../pack.ts';
import { readRestored, restoredParts } from '../restored-version.ts';
import type { ShardChecker } from '../shards/check-shards.ts';
import type { HexRoots } from '../shards/shard-index.ts';
import { type Shards, shardsOfLibrary, shardsOfParts } from '../shards/shards.ts';
import type { Inspection } from './findings.ts';

/** A version of which every record was read. */
interface CheckedVersion {
  readonly shards: Shards;
  readonly roots: HexRoots;
}

/**
 * Unpacks every version, one that lies in parts a part at a time; of those without packs what was restored of them. Returns
 * the last one, where it is here.
 */
export async function checkVersions(
  inspection: Inspection,
  entries: readonly CommitEntry[],
  checker: ShardChecker,
): Promise<Shards | undefined> {
  const { files, at, found } = inspection;
  const byId = new Map(entries.map((entry) => [entry.id, entry.commit]));
  let head: Shards | undefined;
  for (const { id, commit, version } of entries) {
    head = undefined;
    const packed = await files.exists(at(packPath('', commit.packCid).slice(1)));
    const checked = packed
      ? await checkPacked(inspection, commit, byId, checker)
      : await checkRestored(inspection, id, commit, checker);
    if (checked === 'missing')
      found(
        'pack-missing',
        'note',
        packPath('', commit.packCid).slice(1),
        `The pack of ${version} is not in this copy.`,
        `Get it with "zoo init --git", where git has it, or "zoo fetch ${version}".`,
      );
    else if (checked !== undefined && !isSameRoots(checked.roots, commit))
      found(
        'root-mismatch',
        'error',
        packed ? commitPath('', id).slice(1) : `${paths.restored}/${id}`,
        `${version} does not have the root that its commit names.`,
        packed ? undefined : `Remove it, and get it again with "zoo fetch ${version}".`,
      );
    else head = checked?.shards;
  }
  return head;
}

async function checkPacked(
  inspection: Inspection,
  commit: Commit,
  byId: ReadonlyMap<string, Commit>,
  checker: ShardChecker,
): Promise<CheckedVersion | undefined> {
  const { files, folder, sha256, attempt } = inspection;
  const path = packPath('', commit.packCid).slice(1);
  const parts = await packParts(files, folder, commit, sha256).catch(() => undefined);
  if (parts !== undefined)
    return await checkParts(inspection, path, shardsOfParts(files, folder, parts, commit, sha256), checker);
  if ((await attempt(path, () => readPack(files, folder, commit, sha256))) === undefined) return undefined;
  const commitOf = (id: string) => known(byId.get(id), id);
  return await wholeVersion(inspection, () => unpack(files, folder, commit, commitOf, sha256).catch(() => undefined));
}

async function checkRestored(
  inspection: Inspection,
  id: string,
  commit: Commit,
  checker: ShardChecker,
): Promise<CheckedVersion | 'missing' | undefined> {
  const { files, folder, sha256, attempt } = inspection;
  const names = await files.list(`${folder}/${paths.restored}`);
  const name = names.find((one) => one.startsWith(`${id}.`));
  if (name === undefined) return 'missing';
  const path = `${paths.restored}/${name}`;
  if (!name.endsWith('.parts'))
    return await wholeVersion(inspection, () => attempt(path, () => readRestored(files, folder, id)));
  const parts = await attempt(path, () => restoredParts(files, folder, id));
  if (parts === undefined) return undefined;
  return await checkParts(inspection, path, shardsOfParts(files, folder, parts, commit, sha256), checker);
}

async function wholeVersion(
  { sha256 }: Inspection,
  read: () => Promise<Library | undefined>,
): Promise<CheckedVersion | undefined> {
  const library = await read();
  if (library === undefined) return undefined;
  const shards = shardsOfLibrary(library, sha256);
  return { shards, roots: await shards.roots() };
}

async function checkParts(
  { attempt }: Inspection,
  path: string,
  shards: Shards,
  checker: ShardChecker,
): Promise<CheckedVersion | undefined> {
  const checked = await attempt(path, () => checker.check(shards, () => path));
  const order = await attempt(path, () => shards.order());
  return order === undefined || checked === undefined ? undefined : { shards, roots: checked.roots };
}

function isSameRoots({ recordsRoot, mapRoot, size }: HexRoots, commit: Commit): boolean {
  return recordsRoot === commit.recordsRoot && mapRoot === commit.mapRoot && size === commit.size;
}

function known<T>(value: T | undefined, id: string): Promise<T> {
  return value === undefined
    ? Promise.reject(new ZooError('commit-missing', `no commit ${id}`))
    : Promise.resolve(value);
}
