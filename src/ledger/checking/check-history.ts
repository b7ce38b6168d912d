import { checkpointOf, originOf, parseCheckpoint, renderCheckpoint } from '../proofs/checkpoint.ts';
import { isSignedBy } from '../proofs/sign-checkpoint.ts';
import { verifyCommitSignature } from '../proofs/signing.ts';
import {
  type CommitEntry,
  type CommitSignature,
  commitPath,
  isTagName,
  readCommit,
  readLog,
  readTags,
  renderCommitFile,
} from '../history.ts';
import { paths } from '../layout.ts';
import { readHeader } from '../working.ts';
import { findUnnamedVectors } from '../unnamed-vectors.ts';
import { findUnreferenced } from '../unreferenced.ts';
import type { Inspection } from './findings.ts';

/** The log, its commits and what names them. Returns the versions that can be read, the first one first. */
export async function checkHistory(inspection: Inspection): Promise<readonly CommitEntry[]> {
  const { files, folder, attempt } = inspection;
  const log = (await attempt(paths.log, () => readLog(files, folder))) ?? [];
  const entries = await checkCommits(inspection, log);
  await checkHead(inspection, log);
  await checkCheckpoint(inspection, log, entries.at(-1)?.signatures ?? []);
  await checkTags(inspection, log);
  return entries;
}

async function checkCommits(inspection: Inspection, log: readonly string[]): Promise<readonly CommitEntry[]> {
  const { files, folder, sha256, at, found, attempt } = inspection;
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
  return entries;
}

async function checkHead({ files, at, found }: Inspection, log: readonly string[]): Promise<void> {
  const head = (await files.readText(at(paths.head))) ?? '';
  if (head === (log.length === 0 ? '' : `${log.at(-1)}\n`)) return;
  const mend = `Write the last line of ${paths.log} into it.`;
  found('wrong-head', 'error', paths.head, 'It does not name the last version of the log.', mend);
}

async function checkCheckpoint(
  { files, folder, sha256, at, found, attempt }: Inspection,
  log: readonly string[],
  signers: readonly CommitSignature[],
): Promise<void> {
  const text = await files.readText(at(paths.checkpoint));
  if (text === undefined) {
    if (log.length > 0) found('checkpoint-missing', 'error', paths.checkpoint, 'It is missing.', 'Make a version.');
    return;
  }
  const origin = (await readHeader(files, folder).catch(() => undefined))?.origin ?? originOf(log);
  const parsed = await attempt(paths.checkpoint, () => Promise.resolve(parseCheckpoint(text)));
  if (parsed === undefined) return;
  const { body, checkpoint, signatures } = parsed;
  if (body !== renderCheckpoint(checkpointOf(log, sha256, checkpoint.origin)))
    found(
      'wrong-checkpoint',
      'error',
      paths.checkpoint,
      'It is not that of the log.',
      'Make a version, or restore it from git.',
    );
  if (checkpoint.origin !== origin)
    found('other-origin', 'note', paths.checkpoint, `Its origin is not ${origin}.`, 'Make a version.');
  else if (signatures.length === 0 && text !== body)
    found('rewritten', 'note', paths.checkpoint, 'It is not written as zoo writes it.');
  if (!isSignedBy(text, signers, sha256))
    found(
      'unknown-signer',
      'note',
      paths.checkpoint,
      'A signature in it is not one of those who signed the last version.',
      'Check it with "zoo ledger verify", or sign a new version.',
    );
}

async function checkTags({ files, folder, at, found, attempt }: Inspection, log: readonly string[]): Promise<void> {
  for (const name of await files.list(at(paths.tags)))
    if (!isTagName(name))
      found('stray-file', 'note', `${paths.tags}/${name}`, 'It is no name for a tag.', 'Remove it.');
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

/** Commits and packs that no version names, and vectors that no record names. */
export async function checkOrphans(
  { files, folder, sha256, found }: Inspection,
  entries: readonly CommitEntry[],
): Promise<void> {
  for (const path of await findUnreferenced(files, folder, entries, sha256))
    found('unreferenced', 'note', path, 'No version names it.', '"zoo ledger gc" removes it after a while.');
  for (const path of await findUnnamedVectors(files, folder, entries, sha256))
    found('unreferenced', 'note', path, 'No record names it.', '"zoo ledger gc" removes it after a while.');
}
