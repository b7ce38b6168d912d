import type { Sha256 } from '../digest.ts';
import { ZooError, exitCode } from '../error.ts';
import { compareBytes, equalBytes, hashLength } from './hashing.ts';
import { type Difference, type DifferenceNode, rootsOfDifference } from './difference.ts';

/** A change that a certificate lists: by id, with the digests of the record before and after. */
export interface CertifiedChange {
  readonly id: string;
  readonly before: Uint8Array | undefined;
  readonly after: Uint8Array | undefined;
}

const magic = new TextEncoder().encode('ZOODIFF1');
const idPattern = /^[A-Za-z0-9_.:-]{1,64}$/;
const kinds = ['empty', 'opaque', 'leaf', 'changed', 'split'] as const;
const maximumChanges = 1 << 24;

/**
 * A certificate as bytes: `ZOODIFF1`, the number of changes (32 bits, big-endian), the changes in order of their keys
 * (SHA-256 of the id), each as the length of the id, the id, a byte that is 1 for "had a value" plus 2 for "has a
 * value", and those digests; then the tree in preorder, a byte for the kind of each node and what it holds.
 */
export function encodeCertificate(changes: readonly CertifiedChange[], tree: DifferenceNode): Uint8Array {
  const parts: Uint8Array[] = [magic, bigEndian(changes.length)];
  for (const { id, before, after } of changes) {
    const name = new TextEncoder().encode(id);
    const flags = (before === undefined ? 0 : 1) + (after === undefined ? 0 : 2);
    parts.push(Uint8Array.of(name.length), name, Uint8Array.of(flags), before ?? nothing, after ?? nothing);
  }
  encodeNode(tree, parts);
  const bytes = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

const nothing = new Uint8Array(0);

function encodeNode(node: DifferenceNode, parts: Uint8Array[]): void {
  parts.push(Uint8Array.of(kinds.indexOf(node.kind)));
  if (node.kind === 'opaque') parts.push(node.hash);
  else if (node.kind === 'leaf') parts.push(node.key, node.value);
  else if (node.kind === 'split') {
    encodeNode(node.left, parts);
    encodeNode(node.right, parts);
  }
}

function bigEndian(count: number): Uint8Array {
  return Uint8Array.of(count >>> 24, (count >>> 16) & 255, (count >>> 8) & 255, count & 255);
}

/**
 * Checks that a certificate lists exactly the difference between two maps, from their roots alone.
 *
 * @returns the changes, in order of their keys
 * @throws ZooError `invalid-certificate` (exit code 5), whatever the bytes are
 */
export function verifyCertificate(
  sha256: Sha256,
  bytes: Uint8Array,
  roots: { readonly before: Uint8Array; readonly after: Uint8Array },
): readonly CertifiedChange[] {
  const { changes, tree } = decodeCertificate(bytes);
  const differences = changes.map(({ id, before, after }): Difference => ({ key: sha256(id), before, after }));
  for (const [index, { key }] of differences.entries()) {
    const previous = differences[index - 1];
    if (previous !== undefined && compareBytes(previous.key, key) >= 0) throw invalid('its changes are not in order');
  }
  const rebuilt = rootsOfDifference(sha256, differences, tree);
  if (rebuilt === undefined) throw invalid('its tree does not fit its changes');
  if (!equalBytes(rebuilt.before, roots.before)) throw invalid('it does not lead to the first root');
  if (!equalBytes(rebuilt.after, roots.after)) throw invalid('it does not lead to the second root');
  return changes;
}

function decodeCertificate(bytes: Uint8Array): { changes: readonly CertifiedChange[]; tree: DifferenceNode } {
  let offset = 0;
  if (!equalBytes(take(magic.length), magic)) throw invalid('it does not begin as one');
  const count = take(4).reduce((total, byte) => total * 256 + byte, 0);
  if (count > maximumChanges) throw invalid('it lists too many changes');
  const changes: CertifiedChange[] = [];
  for (let index = 0; index < count; index++) changes.push(decodeChange());
  const tree = decodeNode(0);
  if (offset !== bytes.length) throw invalid('bytes are left over at its end');
  return { changes, tree };

  function decodeChange(): CertifiedChange {
    const id = String.fromCharCode(...take(takeByte()));
    const flags = takeByte();
    if (!idPattern.test(id) || flags < 1 || flags > 3) throw invalid('a change does not read as one');
    const before = (flags & 1) === 0 ? undefined : take(hashLength);
    const after = (flags & 2) === 0 ? undefined : take(hashLength);
    if (before !== undefined && after !== undefined && equalBytes(before, after))
      throw invalid('it lists a change that changes nothing');
    return { id, before, after };
  }

  function decodeNode(depth: number): DifferenceNode {
    const kind = kinds[takeByte()];
    if (kind === undefined) throw invalid('a node is of no known kind');
    switch (kind) {
      case 'empty':
      case 'changed':
        return { kind };
      case 'opaque':
        return { kind, hash: take(hashLength) };
      case 'leaf':
        return { kind, key: take(hashLength), value: take(hashLength) };
      case 'split':
        if (depth >= 256) throw invalid('its tree is too deep');
        return { kind, left: decodeNode(depth + 1), right: decodeNode(depth + 1) };
    }
  }

  function takeByte(): number {
    return take(1)[0] as number;
  }

  function take(length: number): Uint8Array {
    if (offset + length > bytes.length) throw invalid('it ends too early');
    offset += length;
    return bytes.slice(offset - length, offset);
  }
}

function invalid(why: string): ZooError {
  return new ZooError('invalid-certificate', `the certificate is not valid: ${why}`, {
    hint: 'Get the certificate again, and check that both roots are the ones it was made for.',
    exitCode: exitCode.verification,
  });
}
