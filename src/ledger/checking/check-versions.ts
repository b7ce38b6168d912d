import { ZooError } from '../../core/error.ts';
import type { Library } from '../../core/library/library.ts';
import type { Commit } from '../../core/tree/commit.ts';
import { type CommitEntry, commitPath } from '../history.ts';
import { packParts, packPath, readPack, unpack } from '../pack.ts';
import type { ShardChecker } from '../shards/check-shards.ts';
import type { HexRoots } from '../shards/shard-index.ts';
import { type Shards, shardsOfLibrary, shardsOfParts } from '../shards/shards.ts';
import type { Inspection } from './findings.ts';

/** Unpacks every version, one that lies in parts a part at a time. Returns the last one, where its packs are here. */
export async function checkVersions(
  inspection: Inspection,
  entries: readonly CommitEntry[],
  checker: ShardChecker,
): Promise<Shards | undefined> {
  const { files, folder, sha256, at, found } = inspection;
  const byId = new Map(entries.map((entry) => [entry.id, entry.commit]));
  let head: Shards | undefined;
  for (const { id, commit, version } of entries) {
    head = undefined;
    const path = packPath('', commit.packCid).slice(1);
    if (!(await files.exists(at(path)))) {
      found(
        'pack-missing',
        'note',
        path,
        `The pack of ${version} is not in this copy.`,
        `Get it with "zoo fetch ${version}".`,
      );
      continue;
    }
    const parts = await packParts(files, folder, commit, sha256).catch(() => undefined);
    const whole = parts === undefined ? await checkPack(inspection, path, commit, byId) : undefined;
    const shards =
      parts === undefined
        ? whole && shardsOfLibrary(whole, sha256)
        : shardsOfParts(files, folder, parts, commit, sha256);
    const roots =
      shards === undefined || whole !== undefined
        ? await shards?.roots()
        : await checkParts(inspection, path, shards, checker);
    if (shards === undefined || roots === undefined) continue;
    if (!isSameRoots(roots, commit))
      found(
        'root-mismatch',
        'error',
        commitPath('', id).slice(1),
        `${version} does not have the root that its commit names.`,
      );
    else head = shards;
  }
  return head;
}

async function checkPack(
  { files, folder, sha256, attempt }: Inspection,
  path: string,
  commit: Commit,
  byId: ReadonlyMap<string, Commit>,
): Promise<Library | undefined> {
  const pack = await attempt(path, () => readPack(files, folder, commit, sha256));
  if (pack === undefined) return undefined;
  return await unpack(files, folder, commit, (other) => known(byId.get(other), other), sha256).catch(() => undefined);
}

async function checkParts(
  { attempt }: Inspection,
  path: string,
  shards: Shards,
  checker: ShardChecker,
): Promise<HexRoots | undefined> {
  const checked = await attempt(path, () => checker.check(shards, () => path));
  const order = await attempt(path, () => shards.order());
  return order === undefined ? undefined : checked?.roots;
}

function isSameRoots({ recordsRoot, mapRoot, size }: HexRoots, commit: Commit): boolean {
  return recordsRoot === commit.recordsRoot && mapRoot === commit.mapRoot && size === commit.size;
}

function known<T>(value: T | undefined, id: string): Promise<T> {
  return value === undefined
    ? Promise.reject(new ZooError('commit-missing', `no commit ${id}`))
    : Promise.resolve(value);
}
