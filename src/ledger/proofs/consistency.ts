import { z } from 'zod';
import { type Sha256, fromHex, toHex } from '../../core/digest.ts';
import { ZooError, exitCode } from '../../core/error.ts';
import { checkJson } from '../../core/json.ts';
import { parseStrictJson } from '../../core/library/strict-json.ts';
import {
  type Checkpoint,
  checkpointOf,
  originOf,
  parseCheckpoint,
  proveVersions,
  renderCheckpoint,
  verifyVersions,
} from './checkpoint.ts';

/** Two checkpoints and what shows that the newer log begins with the older one. */
const consistencySchema = z.strictObject({
  format: z.literal('zoo-consistency'),
  v: z.literal(1),
  /** Checkpoints (C2SP), as text. */
  older: z.string().max(65_536),
  newer: z.string().max(65_536),
  proof: z.array(z.string().regex(/^[0-9a-f]{64}$/)).max(128),
});
export type ConsistencyFile = z.infer<typeof consistencySchema>;

/**
 * @param log commit ids, the first version first
 * @param older how many versions the older checkpoint has
 * @param origin what the log is called, where it has a name of its own
 */
export function proveHistory(
  log: readonly string[],
  older: number,
  sha256: Sha256,
  origin = originOf(log),
): ConsistencyFile {
  return {
    format: 'zoo-consistency',
    v: 1,
    older: renderCheckpoint(checkpointOf(log.slice(0, older), sha256, origin)),
    newer: renderCheckpoint(checkpointOf(log, sha256, origin)),
    proof: proveVersions(log, older, sha256).map(toHex),
  };
}

/** What a caller trusts of a checkpoint: how many versions it has, and the root of the log (hexadecimal). */
export interface TrustedCheckpoint {
  /** Which log it is; any when it is not known. */
  readonly origin?: string;
  readonly size: number;
  readonly root: string;
}

/**
 * Checks that nothing was rewritten between two checkpoints. A root alone does not fix how many versions it stands for,
 * so the sizes have to be trusted too.
 *
 * @throws ZooError `invalid-consistency` (exit code 5), whatever the text is
 */
export function verifyHistory(
  text: string,
  trusted: { readonly before: TrustedCheckpoint; readonly after: TrustedCheckpoint },
  sha256: Sha256,
): { readonly older: Checkpoint; readonly newer: Checkpoint } {
  const { older, newer, proof } = parseConsistency(text);
  if (!isTrusted(older, trusted.before)) throw invalid('its older checkpoint is another one');
  if (!isTrusted(newer, trusted.after)) throw invalid('its newer checkpoint is another one');
  if (!verifyVersions(older, newer, proof.map(fromHex), sha256))
    throw invalid('the newer log does not begin with the older one');
  return { older, newer };
}

function isTrusted({ origin, size, root }: Checkpoint, trusted: TrustedCheckpoint): boolean {
  return size === trusted.size && toHex(root) === trusted.root && (trusted.origin ?? origin) === origin;
}

function parseConsistency(text: string): { older: Checkpoint; newer: Checkpoint; proof: readonly string[] } {
  try {
    const { older, newer, proof } = checkJson(parseStrictJson(text, 'the proof'), consistencySchema, 'the proof');
    return { older: parseCheckpoint(older).checkpoint, newer: parseCheckpoint(newer).checkpoint, proof };
  } catch (cause) {
    throw invalid(cause instanceof Error ? cause.message : 'it cannot be read', cause);
  }
}

function invalid(why: string, cause?: unknown): ZooError {
  return new ZooError('invalid-consistency', `the proof of history is not valid: ${why}`, {
    hint: 'Get it again, and check that both roots are those of the checkpoints it was made for.',
    exitCode: exitCode.verification,
    cause,
  });
}
