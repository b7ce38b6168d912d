import type { Sha256 } from '../digest.ts';
import { createNodeHasher, emptyRoot, hashLeaf, hashLength } from './hashing.ts';

/**
 * The root of an RFC 6962 tree over values of 32 bytes, in the memory of one path: complete subtrees wait until a
 * sibling of their size has come.
 *
 * @param values 32 bytes each, one behind the other
 */
export function rootOfValues(sha256: Sha256, values: Uint8Array): Uint8Array {
  const hashNode = createNodeHasher(sha256);
  const waiting: { readonly hash: Uint8Array; readonly leaves: number }[] = [];
  for (let at = 0; at < values.length; at += hashLength) {
    let next = { hash: hashLeaf(sha256, values.subarray(at, at + hashLength)), leaves: 1 };
    for (let left = waiting.at(-1); left?.leaves === next.leaves; left = waiting.at(-1)) {
      waiting.pop();
      next = { hash: hashNode(left.hash, next.hash), leaves: left.leaves * 2 };
    }
    waiting.push(next);
  }
  const last = waiting.pop();
  if (last === undefined) return emptyRoot(sha256);
  return waiting.reduceRight((right, left) => hashNode(left.hash, right), last.hash);
}
