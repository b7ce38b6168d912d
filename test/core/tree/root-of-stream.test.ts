import { expect, it } from 'vitest';
import { toHex } from '../../../src/core/digest.ts';
import { recordLeaves } from '../../../src/core/tree/library-roots.ts';
import { merkleRoot } from '../../../src/core/tree/merkle-log.ts';
import { rootOfValues } from '../../../src/core/tree/root-of-stream.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';

it('is the root that the whole tree has, whatever its size', () => {
  for (let count = 0; count <= 70; count++) {
    const values = new Uint8Array(count * 32).map((_, index) => (index * 31) % 256);
    const whole = merkleRoot(sha256, recordLeaves(sha256, { values }));
    expect(toHex(rootOfValues(sha256, values))).toBe(toHex(whole));
  }
});
