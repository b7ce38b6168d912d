import { type Sha256, toHex } from '../digest.ts';
import type { Library } from '../library/library.ts';
import { type CertifiedChange, encodeCertificate } from './difference-certificate.ts';
import { findDifferences, proveDifference } from './difference.ts';
import { recordEntries, recordKey } from './library-roots.ts';
import { cursorOf } from './map-cursor.ts';
import { createMapHasher } from './merkle-map.ts';

/** The certificate of the difference between two libraries, with the changes that it lists. */
export function certifyDifference(
  before: Library,
  after: Library,
  sha256: Sha256,
): { readonly bytes: Uint8Array; readonly changes: readonly CertifiedChange[] } {
  const [old, next] = [recordEntries(sha256, before.experiences), recordEntries(sha256, after.experiences)];
  const differences = findDifferences(old, next);
  const changedKeys = new Set(differences.map(({ key }) => toHex(key)));
  const idOf = new Map<string, string>();
  for (const { id } of [...before.experiences, ...after.experiences]) {
    const key = toHex(recordKey(sha256, id));
    if (changedKeys.has(key)) idOf.set(key, id);
  }
  const changes = differences.map(({ key, before: was, after: is }) => ({
    id: idOf.get(toHex(key)) as string,
    before: was,
    after: is,
  }));
  const hasher = createMapHasher(sha256);
  const tree = proveDifference(cursorOf(hasher, old), cursorOf(hasher, next), differences);
  return { bytes: encodeCertificate(changes, tree), changes };
}
