import { describe, expect, it } from 'vitest';
import { type CidBytes, cidOf, codecs } from '../../../src/core/ipld/cid.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { IndexBuilder, openIndex } from '../../../src/world/pin/blocks/car-index.ts';

function indexOf(cids: readonly CidBytes[]) {
  const builder = new IndexBuilder();
  // Beyond four bytes, as offsets in a large CAR are.
  for (const [index, cid] of cids.entries()) builder.add(cid, index * 300_000 + 7, index + 1);
  const bytes = Buffer.concat([...builder.encode()]);
  let readings = 0;
  const index = openIndex((act) =>
    act({
      size: bytes.length,
      read: async (offset, length) => {
        readings++;
        return bytes.subarray(offset, offset + length);
      },
      close: async () => {},
    }),
  );
  return { index, bytes, readings: () => readings };
}

const numbered = (count: number) =>
  Array.from({ length: count }, (_, number) =>
    cidOf(number % 2 === 0 ? codecs.raw : codecs.dagCbor, sha256(`${number}`)),
  );

describe('the index of a CAR', () => {
  it.each([0, 1, 63, 64, 65, 5000, 30_000])('of %i blocks finds each, and none that is not there', async (count) => {
    const cids = numbered(count);
    const index = await indexOf(cids).index;
    for (let number = 0; number < count; number += Math.max(1, Math.floor(count / 500)))
      expect(await index.find(cids[number] as CidBytes)).toEqual({ offset: number * 300_000 + 7, length: number + 1 });
    for (let number = 0; number < 200; number++)
      expect(await index.find(cidOf(codecs.raw, sha256(`absent ${number}`)))).toBeUndefined();
    for (const edge of [0, 255])
      expect(await index.find(cidOf(codecs.raw, new Uint8Array(32).fill(edge)))).toBeUndefined();
  });

  it('tells blocks of one content apart by their codec', async () => {
    const [raw, node] = [cidOf(codecs.raw, sha256('x')), cidOf(codecs.dagCbor, sha256('x'))];
    const index = await indexOf([raw, node]).index;
    expect([(await index.find(raw))?.length, (await index.find(node))?.length]).toEqual([1, 2]);
    expect(await index.find(cidOf(codecs.dagPb, sha256('x')))).toBeUndefined();
  });

  it('finds blocks whose digests begin alike, as somebody may have made them', async () => {
    const alike = Array.from({ length: 30_000 }, (_, number) => {
      const digest = new Uint8Array(32).fill(7);
      new DataView(digest.buffer).setUint32(28, (number * 7919) % 30_000);
      return cidOf(codecs.raw, digest);
    });
    const index = await indexOf(alike).index;
    for (let number = 0; number < alike.length; number += 101)
      expect((await index.find(alike[number] as CidBytes))?.length).toBe(number + 1);
  });

  it('of many blocks is read once for each that is looked for', async () => {
    const cids = numbered(30_000);
    const { index, readings } = indexOf(cids);
    const opened = await index;
    const before = readings();
    await opened.find(cids[12_345] as CidBytes);
    expect(readings() - before).toBe(1);
  });
});
