import { type Sha256, toHex } from '../core/digest.ts';
import { ZooError, messageOf } from '../core/error.ts';
import type { Library } from '../core/library/library.ts';
import { libraryRoots } from '../core/tree/library-roots.ts';
import type { Files } from '../world/files/files.ts';
import { changesBetween } from './changes.ts';
import { checkpointOf, parseCheckpoint, renderCheckpoint } from './checkpoint.ts';
import { type CommitEntry, commitPath, readCommit, readLog, readTags, renderCommitFile } from './history.ts';
import { gitIgnored, paths, recordFile, renderRecord } from './layout.ts';
import { packParts, packPath, readPack, unpack } from './pack.ts';
import { partPath } from './parts.ts';
import { readPending } from './pending.ts';
import { verifyCommitSignature } from './signing.ts';
import { readHeader, readWorking, renderHeader } from './working.ts';

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

  await checkPending();
  const working = await attempt(paths.records, () => readWorking(files, folder));
  await checkHeader();
  await checkRecordFiles();
  const entries = await checkHistory();
  const head = await checkVersions(entries);
  if (working !== undefined) await checkWorking(working, entries.at(-1), head);
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
    if (working === undefined) return;
    const header = await readHeader(files, folder).catch(() => undefined);
    const names = new Set(await files.list(at(paths.records)));
    if (header?.layout !== 'shards')
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
      if (header?.layout !== 'shards' || !/^[0-9a-f]{2}\.jsonl$/.test(name))
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
    await checkReferences(log);
    return entries;
  }

  async function checkReferences(log: readonly string[]): Promise<void> {
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

  /** Unpacks every version. Returns the last one's library, where its packs are here. */
  async function checkVersions(entries: readonly CommitEntry[]): Promise<Library | undefined> {
    const byId = new Map(entries.map((entry) => [entry.id, entry.commit]));
    let head: Library | undefined;
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
      const pack = await attempt(path, () => readPack(files, folder, commit, sha256));
      if (pack === undefined) continue;
      const library = await unpack(files, folder, commit, (other) => known(byId.get(other), other), sha256).catch(
        () => undefined,
      );
      if (library === undefined) continue;
      const roots = libraryRoots(sha256, library.experiences);
      if (
        toHex(roots.recordsRoot) !== commit.recordsRoot ||
        toHex(roots.mapRoot) !== commit.mapRoot ||
        roots.size !== commit.size
      )
        found(
          'root-mismatch',
          'error',
          commitPath('', id).slice(1),
          `${version} does not have the root that its commit names.`,
        );
      else head = library;
    }
    return head;
  }

  async function checkWorking(
    library: Library,
    last: CommitEntry | undefined,
    head: Library | undefined,
  ): Promise<void> {
    const roots = libraryRoots(sha256, library.experiences);
    if (last !== undefined && toHex(roots.recordsRoot) !== last.commit.recordsRoot)
      found(
        'uncommitted',
        'note',
        paths.records,
        `The working library differs from ${last.version}.`,
        '"zoo ledger diff" shows how; commit or revert.',
      );
    else if (head !== undefined && changesBetween(head, library, sha256).order !== undefined)
      found('other-order', 'note', paths.order, `The order differs from that of ${last?.version}.`);
    const order = ((await files.readText(at(paths.order))) ?? '').split('\n');
    const ids = new Set(library.experiences.map(({ id }) => id));
    const unknown = order.slice(0, -1).find((id) => !ids.delete(id));
    if (unknown !== undefined || order.at(-1) !== '')
      found(
        'wrong-order',
        'error',
        paths.order,
        `It names ${JSON.stringify(unknown ?? order.at(-1))}, which is no record or stands twice.`,
        'Remove that line.',
      );
    else if (ids.size > 0)
      found('not-in-order', 'note', paths.order, `It does not name ${ids.size} of the records; they come last.`);
  }

  async function checkOrphans(entries: readonly CommitEntry[]): Promise<void> {
    for (const path of await findUnreferenced(files, folder, entries, sha256))
      found('unreferenced', 'note', path, 'No version names it.', '"zoo ledger gc" removes it after a while.');
  }
}

function known<T>(value: T | undefined, id: string): Promise<T> {
  return value === undefined
    ? Promise.reject(new ZooError('commit-missing', `no commit ${id}`))
    : Promise.resolve(value);
}

/** Commits and packs that no version names: left by writers that ended before their change was decided. */
export async function findUnreferenced(
  files: Files,
  folder: string,
  entries: readonly CommitEntry[],
  sha256: Sha256,
): Promise<readonly string[]> {
  const parts = new Set<string>();
  for (const { commit } of entries) {
    const found = await packParts(files, folder, commit, sha256).catch(() => 'damaged' as const);
    // What a damaged pack names is not known, so nothing may count as unnamed.
    if (found === 'damaged') return [];
    for (const cid of [found?.order, ...Object.values(found?.shards ?? {})])
      if (cid !== undefined) parts.add(partPath('', cid).slice(1));
  }
  const named = new Set([
    ...parts,
    ...entries.flatMap(({ id, commit }) => [
      packPath('', commit.packCid).slice(1),
      // What was merged from elsewhere is no version of the log, and a version names it all the same.
      ...[id, ...commit.parents].map((name) => commitPath('', name).slice(1)),
    ]),
  ]);
  const there: string[] = [];
  for (const kind of [paths.commits, paths.packs])
    for (const name of await files.list(`${folder}/${kind}`)) there.push(`${kind}/${name}`);
  return there.filter((path) => !named.has(path));
}
