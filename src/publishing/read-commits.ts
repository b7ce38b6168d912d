import { toHex } from '../core/digest.ts';
import { type Block, type CidBytes, cidKey, codecOf, codecs, digestOf } from '../core/ipld/cid.ts';
import { canonicalJson } from '../core/tree/canonical.ts';
import { type Commit, commitSchema } from '../core/tree/commit.ts';
import { decodeLog, decodePage } from './manifest.ts';
import type { Reading } from './reading.ts';
import { decodeText, parseFetched, unverified } from './unverified.ts';

export interface LogEntry {
  readonly cid: CidBytes;
  readonly commit: Commit;
}

/** Few, so that a log which names one page thousands of times ends at the second. */
const pagesAtOnce = 4;

/** The log's commits, each the parent of the next, numbered from 1. */
export async function readCommits(
  reading: Pick<Reading, 'block' | 'families'>,
  root: CidBytes,
): Promise<readonly LogEntry[]> {
  const pages = decodeLog(await reading.block(root));
  const entries: LogEntry[] = [];
  for (let start = 0; start < pages.length; start += pagesAtOnce) {
    const some = pages.slice(start, start + pagesAtOnce);
    const families = await reading.families(some);
    for (const [index, family] of families.entries()) readPage(family, some[index] as CidBytes, entries);
  }
  return entries;
}

function readPage(family: ReadonlyMap<string, Block>, page: CidBytes, entries: LogEntry[]): void {
  for (const cid of decodePage(family.get(cidKey(page)) as Block)) {
    const commit = readCommit(family.get(cidKey(cid)) as Block);
    const before = entries.at(-1);
    const parent = before === undefined ? undefined : toHex(digestOf(before.cid));
    if (commit.seq !== entries.length + 1 || commit.parents[0] !== parent)
      throw unverified('chain-broken', `the commit of v${commit.seq} does not follow the one before it`);
    entries.push({ cid, commit });
  }
}

function readCommit({ cid, bytes }: Block): Commit {
  if (codecOf(cid) !== codecs.raw) throw unverified('not-a-snapshot', 'a commit is no raw block');
  const text = decodeText(bytes, 'a commit');
  const commit = checkedCommit(text);
  if (canonicalJson(commit) !== text) throw unverified('not-canonical', 'a commit is not written as canonical JSON');
  return commit;
}

function checkedCommit(text: string): Commit {
  const checked = commitSchema.safeParse(parseFetched(text, 'a commit'));
  if (checked.success) return checked.data;
  throw unverified('not-a-snapshot', `a commit has another form: ${checked.error.issues[0]?.message ?? ''}`);
}

/** The commit that the log ends with, which has to be the one that the root names. */
export function newestOf(log: readonly LogEntry[], cid: CidBytes, size: number): Commit {
  const newest = log.at(-1);
  if (newest === undefined || cidKey(newest.cid) !== cidKey(cid))
    throw unverified('chain-broken', 'its log does not end with its commit');
  if (newest.commit.size !== size)
    throw unverified('root-mismatch', `it claims ${size} records, and its commit names ${newest.commit.size}`);
  return newest.commit;
}
