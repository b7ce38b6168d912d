import { z } from 'zod';
import { type Sha256, toHex } from '../digest.ts';
import type { JsonValue } from '../json.ts';
import { text, timePattern } from '../library/experience.ts';
import { canonicalJson } from './canonical.ts';

const hex32 = z.string().regex(/^[0-9a-f]{64}$/);

/** One version of a library, as `docs/ledger-format.md` writes it. */
export const commitSchema = z.strictObject({
  v: z.literal(1),
  /** Place in the ledger's log, from 1: the version `v<seq>`. */
  seq: z.int().min(1),
  /** Ids of the commits that it follows; none for the first version, two for a merge. */
  parents: z.array(hex32).max(16),
  /** Experiences. */
  size: z.int().min(0),
  recordsRoot: hex32,
  mapRoot: hex32,
  /** CIDv1 (raw, SHA-256) of the pack that holds what this version changes. */
  packCid: z.string().regex(/^b[a-z2-7]{20,100}$/),
  author: text(256).min(1),
  /** RFC 3339, UTC. */
  time: z.string().regex(timePattern),
  message: text(4096),
  /** What led to the version, such as a run and its account; null where nothing is told. */
  evidence: z.custom<JsonValue>((value) => value !== undefined),
});
export type Commit = z.infer<typeof commitSchema>;

/** SHA-256 (hexadecimal) of the commit's canonical JSON. */
export function commitId(commit: Commit, sha256: Sha256): string {
  return toHex(sha256(canonicalJson(commit)));
}
