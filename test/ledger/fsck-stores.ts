import type { Library } from '../../src/core/library/library.ts';
import { encodeVector } from '../../src/core/library/vector.ts';
import { commitWorking } from '../../src/ledger/commit-working.ts';
import { fsck } from '../../src/ledger/fsck.ts';
import { gitAttributes } from '../../src/ledger/git/git-drivers.ts';
import type { Layout } from '../../src/ledger/layout.ts';
import { type CommitOptions, openLedger } from '../../src/ledger/open-ledger.ts';
import { packPath } from '../../src/ledger/pack.ts';
import { signCheckpoint } from '../../src/ledger/proofs/sign-checkpoint.ts';
import { signCommit } from '../../src/ledger/proofs/signing.ts';
import { keepRestored } from '../../src/ledger/restored-version.ts';
import { shardsOfLibrary } from '../../src/ledger/shards/shards.ts';
import { systemClock } from '../../src/world/clock/system.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { type MemoryFiles, memoryFiles } from '../fakes/files.ts';
import { exampleExperience } from './experience.ts';

const options = { author: 'zoo', time: 0, message: '' };

/** A version in either layout, however few experiences it has. */
export async function versionIn(
  layout: Layout,
  files: MemoryFiles,
  library: Library,
  more: Partial<CommitOptions> = {},
): Promise<string> {
  const ledger = openLedger({ files, sha256, clock: systemClock, folder: 'library' });
  if (layout === 'files') return (await ledger.commitVersion(library, { ...options, ...more })).commit;
  const changes = { complete: true, puts: library.experiences, deletes: [], order: undefined };
  await ledger.change(() => Promise.resolve({ change: { layout, changes, version: null }, result: undefined }));
  return (await commitWorking(files, systemClock, ledger, { ...options, ...more }, sha256)).commit;
}

/**
 * A small store with everything that a library may hold: packs or parts, a version that was restored, tags, signatures,
 * a signed checkpoint, an order of its own, vectors, and what git reads.
 *
 * @param signed signatures take most of the time that a check takes
 */
export async function wholeStore(layout: Layout, signed = true): Promise<MemoryFiles> {
  const files = memoryFiles();
  const vector = encodeVector([0.5, 1], 'm', sha256);
  const short = (number: number) => exampleExperience(number, { text: `When ${number}, count.`, domain: 'a' });
  const first = { experiences: [short(1)] };
  const second = { experiences: [short(3), { ...short(2), embedding: vector.reference }] };
  const old = await versionIn(layout, files, first);
  const middle = await versionIn(layout, files, second);
  const sign = (id: string) => Promise.resolve([signCommit('ed25519', id, sha256('key'))]);
  const third = { experiences: [...second.experiences, short(4)] };
  const newest = await versionIn(layout, files, third, signed ? { sign } : {});
  const ledger = openLedger({ files, sha256, clock: systemClock, folder: 'library' });
  if (signed) await signCheckpoint(files, ledger, newest, 'ed25519', sha256('key'), sha256);
  files.set(`library/vectors/${vector.reference.sha256}`, vector.bytes);
  files.set('library/refs/tags/first', `${middle}\n`);
  files.set('library/.gitattributes', gitAttributes);
  const { commit } = await ledger.findVersion(old);
  await files.remove(packPath('library', commit.packCid));
  await keepRestored(files, ledger, old, layout === 'files' ? first : shardsOfLibrary(first, sha256), sha256);
  return files;
}

/** The count of changes only tells readers that one came between; an index that is damaged is made anew. */
const anyOtherDoes = (path: string) => path.endsWith('.zoo/generation') || path.includes('/.zoo/index/');

/**
 * Flips every `every`-th bit, one at a time, and tells those after which fsck found nothing. Left out is what would be
 * made anew, and that of which any other content does as well.
 */
export async function missedFlips(files: MemoryFiles, every: number, where = /^/): Promise<string[]> {
  const missed: string[] = [];
  for (const [path, bytes] of Array.from(files.contents)) {
    if (anyOtherDoes(path) || !where.test(path)) continue;
    for (let bit = 0; bit < bytes.length * 8; bit += every) {
      files.set(path, bytes.with(bit >>> 3, (bytes[bit >>> 3] as number) ^ (1 << (bit & 7))));
      if ((await fsck(files, 'library', sha256)).length === 0) missed.push(`${path} bit ${bit}`);
    }
    files.set(path, bytes);
  }
  return missed;
}
