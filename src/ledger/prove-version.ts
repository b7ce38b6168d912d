import { type Sha256, fromHex } from '../core/digest.ts';
import { ZooError } from '../core/error.ts';
import { type Proof, proveEntries } from '../core/tree/proof.ts';
import type { Files } from '../world/files/files.ts';
import { lookUp } from './look-up.ts';
import type { Ledger } from './open-ledger.ts';
import { entriesOfParts, packParts } from './pack.ts';
import { joinEntries } from './parts.ts';

/**
 * Proves of each id whether a version that lies in parts holds it: from the index, and from the shards of these ids.
 * Undefined for a version that lies in one pack, which is small.
 *
 * @throws ZooError `root-mismatch` when what lies there is not what the version's commit says
 */
export async function proveInParts(
  files: Files,
  ledger: Ledger,
  ids: readonly string[],
  reference: string,
  sha256: Sha256,
): Promise<Proof | undefined> {
  const { commit, version } = await ledger.findVersion(reference);
  const parts = await packParts(files, ledger.folder, commit, sha256);
  if (parts === undefined) return undefined;
  const entries = joinEntries(await entriesOfParts(files, ledger.folder, parts, sha256));
  const { experiences } = await lookUp(files, ledger, ids, reference, sha256);
  const records = new Map(experiences.map((experience) => [experience.id, experience]));
  const wanted = ids.map((id) => (records.has(id) ? id : onlyOne(experiences, id)));
  const proof = proveEntries(
    { entries, mapRoot: fromHex(commit.mapRoot) },
    wanted,
    (id) => records.get(id),
    commit,
    sha256,
  );
  if (proof.recordsRoot === commit.recordsRoot) return proof;
  throw new ZooError('root-mismatch', `what the parts hold for ${version} does not have the root of its commit`, {
    hint: 'Run "zoo ledger fsck"; remove the folder .zoo/index in the library, which is made anew.',
    data: { version },
  });
}

/** The whole id where what was given begins only one. */
function onlyOne(experiences: readonly { readonly id: string }[], id: string): string {
  const found = experiences.filter((one) => one.id.startsWith(id) || one.id.startsWith(`exp_${id}`));
  return found.length === 1 ? (found[0]?.id ?? id) : id;
}
