import pLimit from 'p-limit';
import type { Sha256 } from '../core/digest.ts';
import { ZooError, exitCode, messageOf } from '../core/error.ts';
import type { ArchiveGateway, ArchiveMention, SignedItem } from '../world/archive/archive.ts';
import { type ArchiveClaims, archiveMark, contradiction, readClaims, sameClaims } from './archive-tags.ts';
import { type LoggedCommit, readBeginning } from './read-beginning.ts';
import { unverified } from './unverified.ts';

export interface HistoryQuery {
  /** Id of the library's first commit; every library's unless given. */
  readonly library: string | undefined;
  /** A wallet of Arweave whose archives alone are looked for. */
  readonly owner: string | undefined;
}

export interface HistoryWorld {
  readonly gateways: readonly ArchiveGateway[];
  readonly sha256: Sha256;
  readonly signal: AbortSignal;
  /** Archives at most. */
  readonly most: number;
  /** Throws when nobody who is trusted signed an archive, or what is in it; everybody is trusted unless given. */
  readonly authenticate?: ((item: SignedItem) => Promise<void>) | undefined;
}

interface ArchiveOfVersion {
  readonly id: string;
  /** Addresses of who signed it; of a data item that is proven when it is fetched. */
  readonly owners: readonly string[];
  /** As the gateway tells it; null while it is in no block. */
  readonly block: ArchiveMention['block'];
}

export interface VersionInHistory extends LoggedCommit {
  /** Every archive that begins with this version; none when they are withheld, or it was never archived. */
  readonly archives: readonly ArchiveOfVersion[];
}

export interface ArchivedHistory {
  /** Id of the first commit. */
  readonly library: string;
  /** The commits of every line from the first on; more than one where the history was forked. */
  readonly lines: readonly (readonly VersionInHistory[])[];
  /** What was found and does not verify. */
  readonly rejected: readonly { readonly id: string; readonly code: string; readonly why: string }[];
  /** Gateways that did not answer, so that others' answers alone count. */
  readonly silent: readonly { readonly gateway: string; readonly why: string }[];
}

/** Archives that are looked at side by side. */
const atOnce = 8;

/**
 * The history of a library as its archives prove it. Tags only say where to look: a version counts when an archive's
 * content begins with it, by a chain of hashes from the first commit on. What a version holds is verified when it is
 * fetched. A version whose archives are missing is in the chain of those after it, and is told without any.
 *
 * @throws ZooError `archive-not-found` when there is none; `history-unverified` (exit 5) when none verifies;
 *   `history-ambiguous` (exit 2) when they are of several libraries
 */
export async function readArchivedHistory(query: HistoryQuery, world: HistoryWorld): Promise<ArchivedHistory> {
  const { found, silent } = await findMentions(query, world);
  const known = new Map<
    string,
    VersionInHistory & { readonly archives: ArchiveOfVersion[]; readonly library: string }
  >();
  const rejected: { id: string; code: string; why: string }[] = [];
  const examine = async (mention: FoundMention): Promise<void> => {
    try {
      await place(mention);
    } catch (thrown) {
      if (!(thrown instanceof ZooError) || world.signal.aborted) throw thrown;
      rejected.push({ id: mention.id, code: thrown.code, why: messageOf(thrown) });
    }
  };
  // The newest first: its chain holds all that it follows.
  const sorted = found.toSorted((one, other) => seqOf(other) - seqOf(one));
  let next = 0;
  while (next < sorted.length && known.size === 0) await examine(sorted[next++] as FoundMention);
  const limit = pLimit(atOnce);
  await Promise.all(sorted.slice(next).map((mention) => limit(() => examine(mention))));
  if (known.size === 0) throw nothing(query, rejected, silent);
  const libraries = new Set([...known.values()].map(({ library }) => library));
  if (libraries.size > 1) throw ambiguous([...libraries]);
  return { library: [...libraries][0] as string, lines: linesOf([...known.values()]), rejected, silent };

  async function place(mention: FoundMention): Promise<void> {
    const { claims, id, block } = mention;
    if (typeof claims === 'string') throw unverified('not-an-archive', claims);
    const [item, gateway] = await openAnywhere(mention, world);
    if (!sameClaims(item.tags, mention.tags))
      throw unverified('archive-tags-lie', `${id} was found by other tags than it was signed with`);
    const { commits, commit } = await readBeginning(item, claims.cid, known, world);
    const [library, newest] = [commits[0]?.id ?? known.get(commit)?.library ?? '', commits.at(-1) ?? known.get(commit)];
    const lie =
      newest === undefined ? 'it begins with another commit' : contradiction(claims, newest.commit, newest.id, library);
    if (lie !== undefined) throw unverified('archive-tags-lie', `${gateway}: ${lie}`);
    await world.authenticate?.(item);
    for (const logged of commits) if (!known.has(logged.id)) known.set(logged.id, { ...logged, library, archives: [] });
    known.get(commit)?.archives.push({ id, owners: item.owners, block });
  }
}

/** The version in force at a moment: the last of a line whose commit is not of later. */
export function versionAt(line: readonly VersionInHistory[], time: number): VersionInHistory | undefined {
  return line.findLast(({ commit }) => Date.parse(commit.time) <= time);
}

/**
 * The one line of the history: the only one, or the one that goes on from a commit which is known to be right.
 *
 * @throws ZooError `history-forked` (exit 5)
 */
export function chooseLine(
  { lines }: Pick<ArchivedHistory, 'lines'>,
  trusted: string | undefined,
): readonly VersionInHistory[] {
  const fitting = trusted === undefined ? [] : lines.filter((line) => line.some(({ id }) => id === trusted));
  const left = fitting.length > 0 ? fitting : lines;
  if (left.length === 1) return left[0] as readonly VersionInHistory[];
  const seq = forkOf(left);
  const commits = [
    ...new Set(left.flatMap((line) => line.filter(({ commit }) => commit.seq === seq).map(({ id }) => id))),
  ];
  throw new ZooError(
    'history-forked',
    `the archives tell several histories, which part before v${seq}: ${commits.join(', ')}`,
    {
      exitCode: exitCode.verification,
      hint: 'Say whose signature counts with --author, or name the archive that you trust (ar://<id>).',
      data: { seq, commits },
    },
  );
}

/** The first version at which lines differ. */
function forkOf(lines: readonly (readonly VersionInHistory[])[]): number {
  for (let index = 0; ; index++) {
    if (new Set(lines.map((line) => line[index]?.id)).size > 1) return index + 1;
    if (lines.every((line) => line[index] === undefined)) return index;
  }
}

interface FoundMention extends ArchiveMention {
  readonly claims: ArchiveClaims | string;
  /** Those that mention it. */
  readonly gateways: ArchiveGateway[];
}

async function findMentions(
  { library, owner }: HistoryQuery,
  { gateways, signal, most }: HistoryWorld,
): Promise<{ found: readonly FoundMention[]; silent: ArchivedHistory['silent'] }> {
  const tags = [...archiveMark, ...(library === undefined ? [] : [{ name: 'Zoo-Library', values: [library] }])];
  const owners = owner === undefined ? undefined : [owner];
  const found = new Map<string, FoundMention>();
  const silent: { gateway: string; why: string }[] = [];
  let last: ZooError | undefined;
  for (const gateway of gateways)
    try {
      for await (const mention of gateway.find({ tags, owners, most }, signal)) {
        const there = found.get(mention.id);
        if (there === undefined)
          found.set(mention.id, { ...mention, claims: readClaims(mention.tags), gateways: [gateway] });
        else there.gateways.push(gateway);
      }
    } catch (thrown) {
      if (!(thrown instanceof ZooError) || signal.aborted || thrown.code === 'too-large') throw thrown;
      silent.push({ gateway: gateway.name, why: messageOf(thrown) });
      last = thrown;
    }
  if (silent.length === gateways.length && last !== undefined) throw last;
  return { found: [...found.values()].filter(isOf(library)), silent };
}

/** A gateway that is asked for one library and lists others is not worth a look at them. */
function isOf(library: string | undefined): (mention: FoundMention) => boolean {
  return ({ claims }) => library === undefined || typeof claims === 'string' || claims.library === library;
}

async function openAnywhere(mention: FoundMention, { signal }: HistoryWorld): Promise<readonly [SignedItem, string]> {
  let worst: unknown;
  for (const gateway of mention.gateways)
    try {
      return [await gateway.open(mention.id, signal), gateway.name];
    } catch (thrown) {
      if (!(thrown instanceof ZooError) || signal.aborted) throw thrown;
      worst ??= thrown;
    }
  throw worst;
}

function seqOf({ claims }: FoundMention): number {
  return typeof claims === 'string' ? 0 : claims.seq;
}

/** Every commit that none follows, with all that it follows. */
function linesOf(versions: readonly VersionInHistory[]): readonly (readonly VersionInHistory[])[] {
  const byId = new Map(versions.map((version) => [version.id, version]));
  const followed = new Set(versions.map(({ commit }) => commit.parents[0]));
  return versions
    .filter(({ id }) => !followed.has(id))
    .map((head) => {
      const line: VersionInHistory[] = [];
      for (let at: VersionInHistory | undefined = head; at !== undefined; at = byId.get(at.commit.parents[0] ?? ''))
        line.push(at);
      return line.toReversed();
    })
    .toSorted((one, other) => other.length - one.length);
}

function nothing(
  { library, owner }: HistoryQuery,
  rejected: ArchivedHistory['rejected'],
  silent: ArchivedHistory['silent'],
): ZooError {
  const [first] = rejected;
  if (first === undefined)
    return new ZooError('archive-not-found', `no archive was found${library === undefined ? '' : ` of ${library}`}`, {
      hint: 'An archive is found once it is in a block. Ask other gateways with --arweave-gateway (ZOO_ARWEAVE_GATEWAY).',
      data: { library: library ?? null, owner: owner ?? null, silent },
    });
  return new ZooError(
    'history-unverified',
    `none of the ${rejected.length} archives that were found verifies; ${first.id}: ${first.why}`,
    {
      exitCode: exitCode.verification,
      hint: 'Ask other gateways with --arweave-gateway (ZOO_ARWEAVE_GATEWAY), and check --author.',
      data: { rejected },
    },
  );
}

function ambiguous(libraries: readonly string[]): ZooError {
  return new ZooError('history-ambiguous', `the archives are of ${libraries.length} libraries`, {
    exitCode: exitCode.usage,
    hint: `Say which with --of and the id of its first commit: ${libraries.slice(0, 5).join(', ')}.`,
    data: { libraries },
  });
}
