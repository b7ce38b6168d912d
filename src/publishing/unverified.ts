import { ZooError, exitCode, messageOf } from '../core/error.ts';
import { parseStrictJson } from '../core/library/strict-json.ts';

/** What was fetched is whole, and is not what it has to be. */
export function unverified(code: string, why: string, cause?: unknown): ZooError {
  return new ZooError(code, `what was fetched does not verify: ${why}`, {
    cause,
    exitCode: exitCode.verification,
    hint: 'It was published so, by mistake or to deceive. Check the CID with whoever gave it to you.',
  });
}

/** More than the limits allow. */
export function tooMany(why: string): ZooError {
  return new ZooError('too-large', `what was asked for is not taken: ${why}`, {
    exitCode: exitCode.verification,
    hint: 'If it is meant to be that large, allow it with --max-records (ZOO_MAX_RECORDS).',
  });
}

/** JSON that every reader understands alike. @throws ZooError `not-a-snapshot` (exit 5) */
export function parseFetched(text: string, what: string): unknown {
  try {
    return parseStrictJson(text, what);
  } catch (cause) {
    throw unverified('not-a-snapshot', messageOf(cause), cause);
  }
}

/** @throws ZooError `invalid-record` (exit 5) */
export function decodeText(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw unverified('invalid-record', `${what} is no UTF-8`, cause);
  }
}
