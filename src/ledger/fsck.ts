import { type Sha256, toHex } from '../core/digest.ts';
import { ZooError, messageOf } from '../core/error.ts';
import type { Library } from '../core/library/library.ts';
import { libraryRoots } from '../core/tree/library-roots.ts';
import type { Commit } from '../core/tree/commit.ts';
import type { Files } from '../world/files/files.ts';
import { checkOrder, isSameOrder } from './shards/check-order.ts';
import { createShardChecker } from './shards/check-shards.ts';
import { checkpointOf, parseCheckpoint, renderCheckpoint } from './proofs/checkpoint.ts';
import {
  type CommitEntry,
  type CommitSignature,
  commitPath,
  readCommit,
  readLog,
  readTags,
  renderCommitFile,
} from './history.ts';
import { gitIgnored, paths, recordFile, renderRecord } from './layout.ts';
import { type PackParts, packParts, packPath, readPack, unpack } from './pack.ts';
import { readPending } from './pending.ts';
import { findUnreferenced } from './unreferenced.ts';
import { isSignedBy } from './proofs/sign-checkpoint.ts';
import { verifyCommitSignature } from './proofs/signing.ts';
import type { HexRoots } from './shards/shard-index.ts';
import { type Shards, lyingShards, shardsOfLibrary, shardsOfParts } from './shards/shards.ts';
import { readHeader, readWorking, renderHeader, renderOrder } from './working.ts';

export interface FsckFinding {
  /** Stable and kebab-case. */
  readonly code: string;
  /** `error`: something is damaged or missing. `note`: whole, but not as the last version left it. */
  readonly level: 'error' | 'note';
  /** Relative to the library's folder. */
  readonly path: string;
  readonly message: string;
  readonly mend: string | undefined;
}

/** Where a change that is not carried out to its end may have left the old and the new beside each other. */
const inTransit = /^(?:records(?:\/|$)|order\.txt$|library\.json$|log\.txt$|refs\/HEAD$|checkpoint$|commits\/|packs\/)/;

/** Reads everything in a library's folder and compares it with what its digests and its history say. */
export async function fsck(files: Files, folder: string, sha256: Sha256): Promise<readonly FsckFinding[]> {
  const findings = await findAll(files, folder, sha256);
  // The change in the pending file is whole and in force: the next writer carries it out over whatever lies there.
  const underWay = findings.some(({ code }) => code === 'change-under-way');
  return underWay ? findings.filter(({ path, code }) => !inTransit.test(path) || code.endsWith('-damaged')) : findings;
}

async function findAll(files: Files, folder: string, sha256: Sha256): Promise<readonly FsckFinding[]> {
  const findings: FsckFinding[] = [];
  const at = (path: string) => `${folder}/${path}`;

  const checker = createShardChecker(files, folder, sha256);

  await checkPending();
  const inShards = (await readHeader(files, folder).catch(() => undefined))?.layout === 'shards';
  const working = inShards ? undefined : await attempt(paths.records, () => readWorking(files, folder));
  await checkHeader();
  await checkRecordFiles();
  const entries = await checkHistory();
  const head = await checkVersions(entries);
  if (inShards) await checkWorkingShards(entries.at(-1), head);
  else if (working !== undefined) await checkWorking(working, entries.at(-1), head);
  await checkOrphans(entries);
  return findings;

  function found(code: string, level: FsckFinding['level'], path: string, message: string, mend?: string): void {
    findings.push({ code, level, path, message, mend });
  }

  /** Runs one reading; what it throws is a finding. */
  async function attempt<T>(path: string, act: () => Promise<T>): Promise<T | undefined> {
    try {
      return await act();
    } catch (thrown) {
      const known = thrown instanceof ZooError ? thrown : undefined;
      found(known?.code ?? 'unreadable', 'error', path, messageOf(thrown), known?.hint);
      return undefined;
    }
  }

  async function checkPending(): Promise<void> {
    const pending = await attempt(paths.pending, () => readPending(files, folder, sha256));
    if (pending !== undefined)
      found(
        'change-under-way',
        'note',
        paths.pending,
        'A change is decided but not carried out.',
        'The next write carries it out.',
      );
    const generation = await files.readText(at(paths.generation));
    if (generation !== undefined && !/^[1-9]\d{0,15}\n$/.test(generation))
      found('generation-damaged', 'error', paths.generation, 'It holds no number.', 'Remove it.');
  }

  async function checkHeader(): Promise<void> {
    const header = await attempt(paths.header, () => readHeader(files, folder));
    if (header === undefined && (await files.list(at(paths.records))).length > 0)
      found(
        'header-missing',
        'error',
        paths.header,
        'It is missing or damaged.',
        'Restore it from git, or save any change.',
      );
    if (header !== undefined && (await files.readText(at(paths.header))) !== renderHeader(header))
      found('rewritten', 'note', paths.header, 'It is not written as zoo writes it.');
    const ignored = (await files.readText(at(paths.gitIgnore))) ?? gitIgnored;
    const missing = gitIgnored
      .trim()
      .split('\n')
      .filter((line) => !ignored.split('\n').includes(line));
    if (missing.length > 0)
      found(
        'git-ignore',
        'note',
        paths.gitIgnore,
        `It does not name ${missing.join(' and ')}.`,
        'Add the missing lines.',
      );
  }

  /** Damage that the reading of records forgives: spaces and escapes. */
  async function checkRecordFiles(): Promise<void> {
    if (working === undefined && !inShards) return;
    const names = new Set(await files.list(at(paths.records)));
    if (working !== undefined)
      for (const experience of working.experiences) {
        const path = `${paths.records}/${recordFile(experience.id)}`;
        names.delete(recordFile(experience.id));
        if ((await files.readText(at(path))) !== renderRecord(experience))
          found(
            'rewritten',
            'note',
            path,
            'It is not written as zoo writes it.',
            'Any change of the record rewrites it.',
          );
      }
    for (const name of names)
      if (!inShards || !/^[0-9a-f]{2}\.jsonl$/.test(name))
        found('stray-file', 'note', `${paths.records}/${name}`, 'It is no record of this library.', 'Remove it.');
  }

  async function checkHistory(): Promise<CommitEntry[]> {
    const log = (await attempt(paths.log, () => readLog(files, folder))) ?? [];
    const entries: CommitEntry[] = [];
    for (const [index, id] of log.entries()) {
      const path = commitPath('', id).slice(1);
      const entry = await attempt(path, () => readCommit(files, folder, id, sha256));
      if (entry === undefined) continue;
      entries.push(entry);
      if (entry.commit.seq !== index + 1)
        found('wrong-sequence', 'error', path, `It says to be v${entry.commit.seq}, but is v${index + 1} in the log.`);
      if (index > 0 && !entry.commit.parents.includes(log[index - 1] as string))
        found('wrong-parent', 'error', path, 'It does not follow the version before it.');
      if ((await files.readText(at(path))) !== renderCommitFile(entry.commit, entry.signatures))
        found('rewritten', 'note', path, 'It is not written as zoo writes it.');
      for (const signature of entry.signatures)
        if (!verifyCommitSignature(id, signature))
          found('bad-signature', 'error', path, `Its ${signature.algorithm} signature is not one of this commit.`);
    }
    await checkReferences(log, entries.at(-1)?.signatures ?? []);
    return entries;
  }

  async function checkReferences(log: readonly string[], signers: readonly CommitSignature[]): Promise<void> {
    const head = await files.readText(at(paths.head));
    if ((head ?? '') !== (log.length === 0 ? '' : `${log.at(-1)}\n`))
      found(
        'wrong-head',
        'error',
        paths.head,
        'It does not name the last version of the log.',
        `Write the last line of ${paths.log} into it.`,
      );
    const text = await files.readText(at(paths.checkpoint));
    if (text === undefined) {
      if (log.length > 0) found('checkpoint-missing', 'error', paths.checkpoint, 'It is missing.', 'Make a version.');
    } else {
      const parsed = await attempt(paths.checkpoint, () => Promise.resolve(parseCheckpoint(text)));
      const { body, checkpoint } = parsed ?? {};
      if (checkpoint !== undefined && body !== renderCheckpoint(checkpointOf(log, sha256, checkpoint.origin)))
        found(
          'wrong-checkpoint',
          'error',
          paths.checkpoint,
          'It is not that of the log.',
          'Make a version, or restore it from git.',
        );
      const expected = renderCheckpoint(checkpointOf(log, sha256));
      if (checkpoint !== undefined && text !== expected && parsed?.signatures.length === 0)
        found('rewritten', 'note', paths.checkpoint, 'It has another origin than zoo gives.');
      if (checkpoint !== undefined && !isSignedBy(text, signers, sha256))
        found(
          'unknown-signer',
          'note',
          paths.checkpoint,
          'A signature in it is not one of those who signed the last version.',
          'Check it with "zoo ledger verify", or sign a new version.',
        );
    }
    const tags = (await attempt(paths.tags, () => readTags(files, folder))) ?? new Map<string, string>();
    for (const [name, id] of tags)
      if (!log.includes(id))
        found(
          'wrong-tag',
          'error',
          `${paths.tags}/${name}`,
          'It names no version of the log.',
          'Remove it and tag again.',
        );
  }

  /** Unpacks every version, one that lies in parts a part at a time. Returns the last one, where its packs are here. */
  async function checkVersions(entries: readonly CommitEntry[]): Promise<Shards | undefined> {
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
      const whole = parts === undefined ? await checkPack(path, commit, byId) : undefined;
      const shards = parts === undefined ? whole && shardsOfLibrary(whole, sha256) : shardsOf(parts, commit);
      const roots =
        shards === undefined || whole !== undefined ? await shards?.roots() : await checkParts(path, shards);
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
    path: string,
    commit: Commit,
    byId: ReadonlyMap<string, Commit>,
  ): Promise<Library | undefined> {
    const pack = await attempt(path, () => readPack(files, folder, commit, sha256));
    if (pack === undefined) return undefined;
    return await unpack(files, folder, commit, (other) => known(byId.get(other), other), sha256).catch(() => undefined);
  }

  function shardsOf(parts: PackParts, commit: Commit): Shards {
    return shardsOfParts(files, folder, parts, commit, sha256);
  }

  async function checkParts(path: string, shards: Shards): Promise<HexRoots | undefined> {
    const checked = await attempt(path, () => checker.check(shards, () => path));
    const order = await attempt(path, () => shards.order());
    return order === undefined ? undefined : checked?.roots;
  }

  async function checkWorkingShards(last: CommitEntry | undefined, head: Shards | undefined): Promise<void> {
    const lying = lyingShards(files, folder, await files.list(at(paths.records)));
    const checked = await attempt(paths.records, () =>
      checker.check(lying, (shard) => `${paths.records}/${shard}.jsonl`),
    );
    if (checked === undefined) return;
    const order = await lying.order();
    if (last !== undefined && checked.roots.recordsRoot !== last.commit.recordsRoot) foundUncommitted(last);
    else if (head !== undefined && !isSameOrder(await head.order(), order)) foundOtherOrder(last);
    const { unknown, unnamed } = await checkOrder(order, checked.trees, sha256);
    tellOrder(
      unknown ?? (order === '' || order.endsWith('\n') ? undefined : order.slice(order.lastIndexOf('\n') + 1)),
      unnamed,
    );
  }

  async function checkWorking(
    library: Library,
    last: CommitEntry | undefined,
    head: Shards | undefined,
  ): Promise<void> {
    const roots = libraryRoots(sha256, library.experiences);
    const lying = renderOrder(library.experiences.map(({ id }) => id));
    if (last !== undefined && toHex(roots.recordsRoot) !== last.commit.recordsRoot) foundUncommitted(last);
    else if (head !== undefined && !isSameOrder(await head.order(), lying)) foundOtherOrder(last);
    const order = ((await files.readText(at(paths.order))) ?? '').split('\n');
    const ids = new Set(library.experiences.map(({ id }) => id));
    const unknown = order.slice(0, -1).find((id) => !ids.delete(id));
    tellOrder(unknown ?? (order.at(-1) === '' ? undefined : order.at(-1)), ids.size);
  }

  function foundUncommitted({ version }: CommitEntry): void {
    const message = `The working library differs from ${version}.`;
    found('uncommitted', 'note', paths.records, message, '"zoo ledger diff" shows how; commit or revert.');
  }

  function foundOtherOrder(last: CommitEntry | undefined): void {
    found('other-order', 'note', paths.order, `The order differs from that of ${last?.version}.`);
  }

  function tellOrder(unknown: string | undefined, unnamed: number): void {
    if (unknown !== undefined)
      found(
        'wrong-order',
        'error',
        paths.order,
        `It names ${JSON.stringify(unknown)}, which is no record or stands twice.`,
        'Remove that line.',
      );
    else if (unnamed > 0)
      found('not-in-order', 'note', paths.order, `It does not name ${unnamed} of the records; they come last.`);
  }

  async function checkOrphans(entries: readonly CommitEntry[]): Promise<void> {
    for (const path of await findUnreferenced(files, folder, entries, sha256))
      found('unreferenced', 'note', path, 'No version names it.', '"zoo ledger gc" removes it after a while.');
  }
}

function isSameRoots({ recordsRoot, mapRoot, size }: HexRoots, commit: Commit): boolean {
  return recordsRoot === commit.recordsRoot && mapRoot === commit.mapRoot && size === commit.size;
}

function known<T>(value: T | undefined, id: string): Promise<T> {
  return value === undefined
    ? Promise.reject(new ZooError('commit-missing', `no commit ${id}`))
    : Promise.resolve(value);
}
