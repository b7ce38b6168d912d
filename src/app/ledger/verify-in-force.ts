import { toHex } from '../../core/digest.ts';
import { ZooError, exitCode } from '../../core/error.ts';
import type { Experience } from '../../core/library/experience.ts';
import type { Library } from '../../core/library/library.ts';
import { canonicalJson } from '../../core/tree/canonical.ts';
import { libraryRoots } from '../../core/tree/library-roots.ts';
import { proveIds, verifyProof } from '../../core/tree/proof.ts';
import { addressOf, openPlace } from '../chain.ts';
import type { Config } from '../config.ts';
import { openReference } from '../library-reference.ts';
import { type PublishedAddress, fetchLibrary } from '../published-library.ts';
import { versionInForce } from '../../governance/version-in-force.ts';
import { files, sha256 } from '../wire/platform.ts';
import { configuredLedger } from './open.ts';

/** A library against the root that is in force. */
export interface VerifiedInForce {
  readonly kind: 'in-force';
  readonly reference: string;
  /** The version in force, by the registry. */
  readonly seq: number;
  readonly root: string;
  readonly cid: string;
  /** Experiences of the library that are in force, letter for letter, each by a proof against the root on chain. */
  readonly verified: readonly string[];
  /** Those that are in force with other content, and those that are not in force at all. */
  readonly changed: readonly string[];
  readonly unknown: readonly string[];
  /** What is in force and not in the library. */
  readonly missing: readonly string[];
}

export interface InForceRequest {
  /** The library to check; the working one unless given, or what is in force where there is none. */
  readonly reference: string | undefined;
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly onDropped: (gateway: string, why: string) => void;
}

/**
 * Checks every experience of a library against the root that the registry has in force. The library in force is had by its
 * CID from whoever has it; what counts is the proof of each experience against the root on chain.
 *
 * @throws ZooError `nothing-in-force`; of exit code 5 for what does not verify
 */
export async function verifyInForce(config: Config, request: InForceRequest): Promise<VerifiedInForce> {
  const { reference = await usualReference(config), folder, signal, onDropped } = request;
  const current = await versionInForce(await openPlace(config));
  if (current === undefined)
    throw new ZooError('nothing-in-force', 'no version of the library is in force on this chain yet', {
      exitCode: exitCode.usage,
      hint: 'Bring one into force: zoo propose, zoo vote, zoo execute.',
    });
  const { seq, cid, recordsRoot: root } = current;
  const inForce = await libraryInForce(config, addressOf(current), signal, onDropped);
  const { library } =
    reference === 'chain'
      ? { library: inForce }
      : await openReference(reference, { config, ledger: configuredLedger(config), folder, signal });
  const proven = proveAgainst(inForce, root);
  const sorted = { verified: [] as string[], changed: [] as string[], unknown: [] as string[] };
  for (const experience of library.experiences) sorted[standing(experience, proven)].push(experience.id);
  const known = new Set(library.experiences.map(({ id }) => id));
  const missing = [...proven.keys()].filter((id) => !known.has(id));
  return { kind: 'in-force', reference, seq, root, cid, ...sorted, missing };
}

async function usualReference(config: Config): Promise<string> {
  return (await files.exists(`${config.settings.library}/library.json`)) ? 'working' : 'chain';
}

/** The one of this ledger where it is the same, so that nothing needs to be fetched. */
async function libraryInForce(
  config: Config,
  address: PublishedAddress,
  signal: AbortSignal,
  onDropped: (gateway: string, why: string) => void,
): Promise<Library> {
  const ledger = configuredLedger(config);
  const own = (await ledger.history()).find(({ id }) => id === address.commit);
  return own === undefined
    ? (await fetchLibrary(config, address, signal, onDropped)).library
    : await ledger.readVersion(own.version);
}

/** Every experience that a proof against the root has, by id. */
function proveAgainst(library: Library, root: string): ReadonlyMap<string, Experience> {
  const ids = library.experiences.map(({ id }) => id);
  if (ids.length === 0) {
    if (toHex(libraryRoots(sha256, []).recordsRoot) === root) return new Map();
    throw new ZooError('root-mismatch', 'the library in force is said to be empty, and its root is another one', {
      exitCode: exitCode.verification,
    });
  }
  const { included } = verifyProof(JSON.stringify(proveIds(library, ids, null, sha256)), root, sha256);
  return new Map(included.map((experience) => [experience.id, experience]));
}

function standing(experience: Experience, proven: ReadonlyMap<string, Experience>): 'verified' | 'changed' | 'unknown' {
  const inForce = proven.get(experience.id);
  if (inForce === undefined) return 'unknown';
  return canonicalJson(inForce) === canonicalJson(experience) ? 'verified' : 'changed';
}
