import { join } from 'node:path';
import { z } from 'zod';
import { ZooError, exitCode } from '../core/error.ts';
import { parseJson } from '../core/json.ts';
import type { CommitEntry } from '../ledger/history.ts';
import { unverified } from '../publishing/unverified.ts';
import { authorCheck } from './author.ts';
import { alone, snapshotFolder } from './cached-versions.ts';
import type { Config } from './config.ts';
import { ledgerAt } from './wire/ledgers.ts';
import { files, stateFolder } from './wire/platform.ts';

const knownSchema = z.strictObject({
  v: z.literal(1),
  /** By the id of the library's first commit. */
  libraries: z.record(
    z.string(),
    z.strictObject({
      /** Public keys, hexadecimal: one of them has to have signed. */
      keys: z.array(z.string()).min(1),
      /** The newest version that one of them signed: those before it, it vouches for. */
      newest: z.strictObject({ cid: z.string(), commit: z.string(), seq: z.int().min(1) }),
    }),
  ),
});
type Known = z.infer<typeof knownSchema>;
type KnownLibrary = Known['libraries'][string];

/** Who vouches for a version that was fetched. */
export interface Authorship {
  /**
   * `named`: the author that was asked for signed it. `first`: nobody was known yet, and whoever signed it is from now on.
   * `known`: the same as before signed it. `before`: it leads to a version that the same as before signed. `unsigned`:
   * nobody signed it, nor was anybody known. `elsewhere`: the chain or the own ledger names its commit.
   */
  readonly status: 'named' | 'first' | 'known' | 'before' | 'unsigned' | 'elsewhere';
  /** Public keys that signed it, hexadecimal. */
  readonly keys: readonly string[];
}

export interface VersionToVouchFor {
  readonly cid: string;
  readonly entry: CommitEntry;
  /** Id of the library's first commit. */
  readonly library: string;
  /** Who signed the archive that it came from. */
  readonly owners: readonly string[];
}

/**
 * Trust on first use, as ssh has it: one of those who signed a version of a library when it was first fetched has to have
 * signed every other version of it. Who signs beside them is not trusted for that: anybody can add a signature of theirs.
 *
 * @param author who must have signed it, whoever did before, and has to from now on
 * @throws ZooError `author-changed`, `signature-invalid`, `not-by-author` (exit 5)
 */
export async function vouch(
  config: Config,
  version: VersionToVouchFor,
  author: string | undefined,
  signal: AbortSignal,
): Promise<Authorship> {
  const keys = await signersOf(version.entry);
  const named = author === undefined ? undefined : await keysOfAuthor(version, author);
  const path = join(stateFolder(config), 'authors.json');
  if (named?.length === 0) return { status: 'named', keys };
  const decide = async (): Promise<Authorship> => {
    const before = (await readKnown(path)).libraries[version.library];
    if (named !== undefined) {
      await remember(path, version, named, undefined);
      return { status: 'named', keys };
    }
    if (before === undefined) {
      if (keys.length > 0) await remember(path, version, keys, undefined);
      return { status: keys.length > 0 ? 'first' : 'unsigned', keys };
    }
    if (before.keys.some((key) => keys.includes(key))) {
      await remember(path, version, before.keys, before.newest);
      return { status: 'known', keys };
    }
    if (await leadsToNewest(config, version, before)) return { status: 'before', keys };
    throw changed(version, before, keys, path);
  };
  // Of what nobody signed nothing is remembered.
  return keys.length === 0 ? await decide() : await alone(path, signal, decide);
}

/** @throws ZooError `signature-invalid`: somebody claims a key that is not theirs, or a signature was copied */
async function signersOf({ id, signatures, version }: CommitEntry): Promise<readonly string[]> {
  if (signatures.length === 0) return [];
  const { verifyCommitSignature } = await import('../ledger/proofs/signing.ts');
  const wrong = signatures.find((signature) => !verifyCommitSignature(id, signature));
  if (wrong !== undefined)
    throw unverified(
      'signature-invalid',
      `a signature of ${version} is not by the key that it names, ${wrong.publicKey}`,
    );
  return signatures.map(({ publicKey }) => publicKey);
}

/** The keys of an author by which a version is signed; none where they signed the archive that holds it. */
async function keysOfAuthor({ cid, entry, owners }: VersionToVouchFor, author: string): Promise<readonly string[]> {
  const isBy = await authorCheck(author);
  const { id: commitId, signatures } = entry;
  if (!isBy({ owners, commitId, signatures }))
    throw unverified('not-by-author', `the commit in ${cid} is not signed by the author asked for`);
  return signatures
    .filter((signature) => isBy({ owners: [], commitId, signatures: [signature] }))
    .map(({ publicKey }) => publicKey);
}

/** Whether the newest version that is known to be right follows this one: its commit names all before it by their hashes. */
async function leadsToNewest(config: Config, { entry }: VersionToVouchFor, { newest }: KnownLibrary): Promise<boolean> {
  if (newest.commit === entry.id) return true;
  if (entry.commit.seq >= newest.seq) return false;
  const history = await ledgerAt(snapshotFolder(config, newest.cid)).history();
  return history.at(-1)?.id === newest.commit && history.some(({ id }) => id === entry.id);
}

async function readKnown(path: string): Promise<Known> {
  const text = await files.readText(path);
  return text === undefined ? { v: 1, libraries: {} } : parseJson(text, knownSchema, path);
}

async function remember(
  path: string,
  { cid, entry, library }: VersionToVouchFor,
  keys: readonly string[],
  before: KnownLibrary['newest'] | undefined,
): Promise<void> {
  const { id, commit } = entry;
  const newest = before !== undefined && before.seq > commit.seq ? before : { cid, commit: id, seq: commit.seq };
  const { libraries } = await readKnown(path);
  const known: Known = { v: 1, libraries: { ...libraries, [library]: { keys: [...keys], newest } } };
  const text = `${JSON.stringify(known, null, 2)}\n`;
  if (text !== (await files.readText(path))) await files.writeAtomic(path, text);
}

function changed(
  { entry, library }: VersionToVouchFor,
  before: KnownLibrary,
  keys: readonly string[],
  path: string,
): ZooError {
  const signed = keys.length === 0 ? 'is not signed' : `is signed by ${keys.map(short).join(', ')}`;
  const sign =
    keys[0] === undefined ? '' : ` Where its new author is right, say so once: zoo fetch --author ${keys[0]}.`;
  return new ZooError(
    'author-changed',
    `${entry.version} ${signed}, and the versions of this library that were fetched before by ${before.keys.map(short).join(', ')}`,
    {
      exitCode: exitCode.verification,
      hint: `Ask its author.${sign} Who signed what was fetched before stands in ${path}, under ${short(library)}.`,
      data: { library, known: before.keys, signedBy: keys },
    },
  );
}

/** Keys of ML-DSA are 1,952 bytes long. */
function short(key: string): string {
  return key.length > 24 ? `${key.slice(0, 16)}…` : key;
}
