import { type Sha256, toHex } from '../core/digest.ts';
import { ZooError } from '../core/error.ts';
import type { LibraryState } from '../core/learning/account.ts';
import type { JsonValue } from '../core/json.ts';
import { checkExperience } from '../core/library/ingest.ts';
import type { Library } from '../core/library/library.ts';
import type { Commit } from '../core/tree/commit.ts';
import { libraryRoots } from '../core/tree/library-roots.ts';
import type { Clock } from '../world/clock/clock.ts';
import type { Files, Lock } from '../world/files/files.ts';
import { type LibraryChanges, applyChanges, changesBetween, isEmptyChange } from './changes.ts';
import { type CommitEntry, type CommitSignature, readCommit, readLog, readTags } from './history.ts';
import { chooseLayout, filesAtMost } from './layout.ts';
import { type Pack, completeAfter, encodePack, packInParts, readPack, readParts, unpack } from './pack.ts';
import { type Pending, logAfter, readPending, writePending } from './pending.ts';
import { readWithParts } from './shards/place-parts.ts';
import { resolveVersion } from './resolve.ts';
import { readRestored, restoredParts } from './restored-version.ts';
import { createLocking } from './locking.ts';
import { readGeneration, undisturbed } from './undisturbed.ts';
import { carryOut } from './carry-out.ts';
import { workingState } from './shards/shard-index.ts';
import { readHeader, readWorking } from './working.ts';
import { writeVersion } from './write-version.ts';

export interface LedgerOptions {
  readonly files: Files;
  readonly sha256: Sha256;
  readonly clock: Clock;
  /** The library's folder; made at the first write. A folder without a library is an empty one. */
  readonly folder: string;
}

export interface CommitOptions {
  readonly message: string;
  readonly author: string;
  /** Milliseconds since the Unix epoch; now, when left out. */
  readonly time?: number | undefined;
  /** What led to the version; kept in the commit. */
  readonly evidence?: JsonValue | undefined;
  /** Other commits that are merged into this one, by id. */
  readonly mergedFrom?: readonly string[] | undefined;
  /** The working library that the new one was made of: refused as `library-busy` when that is another by now. */
  readonly basedOn?: Library | undefined;
  /** Signs the 32 bytes that the commit's id stands for. */
  readonly sign?: ((id: string) => Promise<readonly CommitSignature[]>) | undefined;
}

export interface CommittedVersion {
  /** Such as `v3`. */
  readonly version: string;
  /** The commit's id, hexadecimal. */
  readonly commit: string;
  /** recordsRoot, hexadecimal. */
  readonly root: string;
}

type LedgerChange = Omit<Pending, 'generation'>;

/**
 * A library of experiences with its history, in a folder. Whatever is changed appears at one instant: a kill, a full
 * disk or a second writer leaves the state before or the state after, and readers never see a mixture.
 */
export interface Ledger {
  readonly folder: string;
  /** The working library. */
  library(): Promise<Library>;
  /** The newest version's name, and root and size of the working library. */
  state(): Promise<LibraryState>;
  /** Makes an empty library where there is none. */
  create(): Promise<void>;
  /**
   * Replaces the working library without making a version.
   *
   * @param basedOn the working library that the new one was made of
   * @throws ZooError `library-busy` when that is another by now
   */
  save(library: Library, basedOn?: Library): Promise<void>;
  /**
   * Makes the library the working one and a new version, which follows the newest.
   *
   * @throws ZooError those of `checkExperience`, for no version holds what breaks the rules of a record
   */
  commitVersion(library: Library, options: CommitOptions): Promise<CommittedVersion>;
  /** Decides under the lock what is to change, and makes that change at one instant; none when it is undefined. */
  change<T>(decide: () => Promise<{ readonly change?: LedgerChange | undefined; readonly result: T }>): Promise<T>;
  /** The library of a version, by any name that {@link resolveVersion} knows; `working` is the working library. */
  readVersion(reference: string): Promise<Library>;
  findVersion(reference: string): Promise<CommitEntry>;
  /** All versions, the first one first. */
  history(): Promise<readonly CommitEntry[]>;
  tags(): Promise<ReadonlyMap<string, string>>;
  /**
   * Keeps every other writer out until it is released; this ledger's own writes go on.
   *
   * @throws ZooError `library-locked`
   */
  lock(): Promise<Lock>;
}

export function openLedger(options: LedgerOptions): Ledger {
  const { files, sha256, folder } = options;
  const locking = createLocking(files, folder);
  let last: Promise<unknown> = Promise.resolve();
  const commitOf = async (id: string): Promise<Commit> => (await readCommit(files, folder, id, sha256)).commit;

  const ledger: Ledger = {
    folder,
    library: () => undisturbed(files, folder, sha256, (pending) => workingLibrary(pending)),
    state: () =>
      undisturbed(files, folder, sha256, async (pending) => {
        const version = (await logWith(pending)).length;
        const { root, count } = await stateOfWorking(pending);
        return { version: version === 0 ? null : `v${version}`, root, count };
      }),
    change: (decide) =>
      writing(async () => {
        const { change, result } = await decide();
        if (change !== undefined) await carry(change);
        return result;
      }),
    create: () =>
      writing(async () => {
        if ((await readHeader(files, folder)) !== undefined) return;
        await transit({ experiences: [] }, { complete: true, puts: [], deletes: [], order: undefined }, null);
      }),
    save: (library, basedOn) =>
      writing(async () => {
        const changes = await changesTo(library, basedOn);
        if (!isEmptyChange(changes)) await transit(library, changes, null);
      }),
    commitVersion: (library, commitOptions) =>
      writing(async () => {
        for (const experience of library.experiences) checkExperience(experience, `the experience ${experience.id}`);
        const changes = await changesTo(library, commitOptions.basedOn);
        const { recordsRoot, mapRoot, size } = libraryRoots(sha256, library.experiences);
        const roots = { recordsRoot: toHex(recordsRoot), mapRoot: toHex(mapRoot), size };
        const { text: pack, files: parts } = await nextPack(library, (await readLog(files, folder)).at(-1));
        const version = await writeVersion(options, { pack, parts, roots }, commitOptions);
        await transit(library, changes, { seq: version.seq, commit: version.id });
        return { version: `v${version.seq}`, commit: version.id, root: version.root };
      }),
    readVersion: async (reference) => {
      if (reference === 'working') return await ledger.library();
      return await versionLibrary(await ledger.findVersion(reference));
    },
    findVersion: async (reference) => resolveVersion(reference, await ledger.history(), await ledger.tags()),
    history: () =>
      undisturbed(files, folder, sha256, async (pending) => {
        const entries: CommitEntry[] = [];
        for (const id of await logWith(pending)) entries.push(await readCommit(files, folder, id, sha256));
        return entries;
      }),
    tags: () => readTags(files, folder),
    lock: async () => {
      const lock = await locking.acquire();
      try {
        await recover();
      } catch (thrown) {
        await lock.release();
        throw thrown;
      }
      return lock;
    },
  };
  return ledger;

  /** Of shards only those are read that changed since they were last read. */
  async function stateOfWorking(pending: Pending | undefined): Promise<{ root: string; count: number }> {
    if (pending === undefined && (await readHeader(files, folder))?.layout === 'shards') {
      const { recordsRoot, size } = await workingState(files, folder, sha256);
      return { root: recordsRoot, count: size };
    }
    const roots = libraryRoots(sha256, (await workingLibrary(pending)).experiences);
    return { root: toHex(roots.recordsRoot), count: roots.size };
  }

  async function workingLibrary(pending: Pending | undefined): Promise<Library> {
    if (pending?.parts !== undefined)
      return await readWithParts(files, folder, pending.parts, pending.changes.complete, sha256);
    if (pending?.changes.complete === true) return applyChanges({ experiences: [] }, pending.changes);
    const lying = await readWorking(files, folder);
    return pending === undefined ? lying : applyChanges(lying, pending.changes);
  }

  /** What leads from the working library that lies there to the next one. */
  async function changesTo(library: Library, basedOn: Library | undefined): Promise<LibraryChanges> {
    const working = await workingLibrary(undefined);
    if (basedOn !== undefined && !isEmptyChange(changesBetween(basedOn, working, sha256)))
      throw new ZooError('library-busy', `somebody changed the library in ${folder} meanwhile`, {
        hint: 'Nothing was written: try again.',
      });
    return changesBetween(working, library, sha256);
  }

  async function logWith(pending: Pending | undefined): Promise<readonly string[]> {
    return logAfter(await readLog(files, folder), pending?.version ?? null);
  }

  /** A version equal to the working library needs no packs, so that a clone without them can read it. */
  async function versionLibrary(entry: CommitEntry): Promise<Library> {
    const library = await unpackOr(entry, async () =>
      (await ledger.state()).root === entry.commit.recordsRoot ? await ledger.library() : undefined,
    );
    const roots = libraryRoots(sha256, library.experiences);
    if (toHex(roots.recordsRoot) === entry.commit.recordsRoot && toHex(roots.mapRoot) === entry.commit.mapRoot)
      return library;
    throw new ZooError(
      'root-mismatch',
      `what the packs hold for ${entry.version} does not have the root of its commit`,
      {
        hint: `Run "zoo ledger fsck", or get the version again with "zoo fetch ${entry.version}".`,
        data: { version: entry.version },
      },
    );
  }

  async function unpackOr(entry: CommitEntry, other: () => Promise<Library | undefined>): Promise<Library> {
    try {
      return await unpack(files, folder, entry.commit, commitOf, sha256);
    } catch (thrown) {
      if (!(thrown instanceof ZooError) || thrown.code !== 'pack-missing') throw thrown;
      const parts = await restoredParts(files, folder, entry.id);
      if (parts !== undefined) return { experiences: await readParts(files, folder, parts, sha256) };
      const library = (await readRestored(files, folder, entry.id)) ?? (await other());
      if (library === undefined) throw thrown;
      return library;
    }
  }

  /**
   * Of a large library its parts, of which those are new that changed. Of a small one the changes since the version before,
   * or all records when that one cannot be read or the chain of changes grows long.
   */
  async function nextPack(library: Library, previous: string | undefined): Promise<ReturnType<typeof packInParts>> {
    if (chooseLayout((await readHeader(files, folder))?.layout, library.experiences) === 'shards')
      return packInParts(folder, library, sha256);
    const whole = () => ({
      text: encodePack({ complete: true, puts: library.experiences, deletes: [], order: undefined }, null),
      files: [],
    });
    if (previous === undefined) return whole();
    const before = await readCommit(files, folder, previous, sha256);
    if (before.commit.size > filesAtMost) return whole();
    let base: Library;
    try {
      base = await versionLibrary(before);
    } catch (thrown) {
      if (thrown instanceof ZooError && thrown.code === 'pack-missing') return whole();
      throw thrown;
    }
    const chained = await changesSinceComplete(previous);
    const changes = changesBetween(base, library, sha256);
    if (chained + changes.puts.length > completeAfter * library.experiences.length) return whole();
    return { text: encodePack(changes, previous), files: [] };
  }

  /** Puts in the packs that follow the last complete one. */
  async function changesSinceComplete(id: string): Promise<number> {
    let count = 0;
    for (let next: string | null = id; next !== null;) {
      const pack: Pack | undefined = await readPack(files, folder, await commitOf(next), sha256).catch(
        (thrown: unknown) => {
          if (thrown instanceof ZooError && thrown.code === 'pack-missing') return undefined;
          throw thrown;
        },
      );
      if (pack === undefined) return Number.POSITIVE_INFINITY;
      if (pack.base !== null) count += pack.changes.puts.length;
      next = pack.base;
    }
    return count;
  }

  /** From the working library that lies there to the next one, at one instant. */
  async function transit(library: Library, changes: LibraryChanges, version: Pending['version']): Promise<void> {
    const current = await readHeader(files, folder);
    const layout = chooseLayout(current?.layout, library.experiences);
    const all =
      current !== undefined && current.layout !== layout
        ? { complete: true, puts: library.experiences, deletes: [], order: undefined }
        : changes;
    await carry({ layout, changes: all, version });
  }

  async function carry(change: Omit<Pending, 'generation'>): Promise<void> {
    const generation = (await readGeneration(files, folder)) + 1;
    const pending: Pending = { generation, ...change };
    await writePending(files, folder, pending, sha256);
    await carryOut(files, folder, pending, sha256);
  }

  /** Under the lock, and one write of this process after the other. */
  function writing<T>(act: () => Promise<T>): Promise<T> {
    const turn = last.then(async () => {
      const lock = await locking.acquire();
      try {
        await recover();
        return await act();
      } finally {
        await lock.release();
      }
    });
    last = turn.catch(() => undefined);
    return turn;
  }

  /** Ends what a writer that is no more left half done. */
  async function recover(): Promise<void> {
    const pending = await readPending(files, folder, sha256);
    if (pending !== undefined) await carryOut(files, folder, pending, sha256);
  }
}
