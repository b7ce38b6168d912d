import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeHead,
  encodeHead,
  ethereumAddress,
  itemId,
  signItem,
  verifyItem,
} from '../../../src/world/archive/ans104/data-item.ts';
import { decodeTags, encodeTags } from '../../../src/world/archive/ans104/tags.ts';
import type { ArchiveTag } from '../../../src/world/archive/archive.ts';
import { contentOf } from './content.ts';
import { secretSigner } from './secret-signer.ts';

interface Vector {
  readonly tags: readonly ArchiveTag[];
  readonly data: string;
  readonly id: string;
  readonly head: string;
}

/**
 * Made by `@dha-team/arbundles` 1.0.4 (`createData`, `EthereumSigner`) with a key of 32 bytes 0x11. The other way round,
 * its `DataItem.isValid` took these three and 200 random items of ours, when this test was written.
 */
const vectors = JSON.parse(
  readFileSync(new URL('../../fixtures/archive/data-items.json', import.meta.url), 'utf8'),
) as readonly Vector[];
const key = secretSigner(new Uint8Array(32).fill(0x11));

describe('data items', () => {
  it.each(vectors)('are those of arbundles to the byte: $id', async ({ tags, data, id, head }) => {
    const signed = await signItem(contentOf(data, 7), tags, key);
    expect(Buffer.from(encodeHead(signed, tags.length)).toString('hex')).toBe(head);
    expect(itemId(signed.signature)).toBe(id);
    expect(ethereumAddress(signed.owner)).toBe('0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a');
  });

  it.each(vectors)('of others verify: $id', async ({ tags, data, id, head }) => {
    const decoded = decodeHead(Buffer.from(head, 'hex'));
    expect(decoded?.length).toBe(head.length / 2);
    expect(decodeTags(decoded?.head.tags ?? new Uint8Array(1))).toEqual(tags);
    expect(itemId(decoded?.head.signature ?? new Uint8Array(0))).toBe(id);
    expect(await verifyItem(decoded!.head, contentOf(data))).toBe(true);
  });

  it('do not verify with another content, nor with any byte of the head changed', async () => {
    const tags = [{ name: 'App-Name', value: 'zoo' }];
    const signed = await signItem(contentOf('content'), tags, key);
    expect(await verifyItem(signed, contentOf('contenT'))).toBe(false);
    const head = encodeHead(signed, tags.length);
    for (let place = 0; place < head.length; place++) {
      const changed = head.slice();
      changed[place] = (changed[place] ?? 0) ^ 1;
      const decoded = decodeHead(changed);
      // The count of the tags is not signed: it has to be that of the tags which are.
      const counted = decoded !== undefined && decodeTags(decoded.head.tags)?.length === decoded.tagCount;
      const same = decoded !== undefined && decoded.length === head.length;
      const verified = counted && same && (await verifyItem(decoded.head, contentOf('content')));
      // v is not verified by the signature, and is by the id.
      expect(verified && itemId(decoded.head.signature) === itemId(signed.signature), `byte ${place}`).toBe(false);
    }
  });

  it('have one id, whoever signs them when', async () => {
    const [one, other] = [await signItem(contentOf('a', 1), [], key), await signItem(contentOf('a', 9), [], key)];
    expect(itemId(one.signature)).toBe(itemId(other.signature));
  });

  it('survive hostile bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        decodeHead(Uint8Array.of(3, 0, ...bytes));
        decodeTags(bytes);
      }),
    );
  });
});

describe('tags', () => {
  it('come back', () => {
    const tag = fc.record({
      name: fc.string({ unit: 'grapheme' }),
      value: fc.string({ unit: 'grapheme', maxLength: 200 }),
    });
    fc.assert(
      fc.property(fc.array(tag, { maxLength: 128 }), (tags) => {
        expect(decodeTags(encodeTags(tags))).toEqual(tags);
      }),
    );
  });

  it.each([
    ['more than are allowed', [0x82, 0x02, ...Array.from({ length: 258 }, () => 0), 0]],
    ['bytes after the end', [2, 2, 97, 2, 98, 0, 0]],
    ['no end', [2, 2, 97, 2, 98]],
    ['a negative length', [2, 1, 97, 2, 98, 0]],
    ['a length beyond the end', [2, 200, 1, 98, 0]],
    ['a length in more bytes than needed', [2, 0x82, 0, 97, 2, 98, 0]],
    ['no UTF-8', [2, 2, 0xff, 2, 98, 0]],
  ])('are refused with %s', (_, bytes) => {
    expect(decodeTags(Uint8Array.from(bytes))).toBeUndefined();
  });
});
