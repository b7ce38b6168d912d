import { encode } from '@ipld/dag-cbor';
import { assert, asyncProperty, shuffledSubarray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/core/digest.ts';
import { type Block, cidKey, cidOf, codecs, digestOf, formatCid, toLink } from '../../src/core/ipld/cid.ts';
import { maximumBlockBytes } from '../../src/core/ipld/car.ts';
import { linksOf } from '../../src/core/ipld/links.ts';
import { canonicalJson } from '../../src/core/tree/canonical.ts';
import { commitId } from '../../src/core/tree/commit.ts';
import { recordDigest } from '../../src/core/tree/library-roots.ts';
import { encodeLeaf, recordsPerLeaf } from '../../src/publishing/manifest.ts';
import type { PublishedVersion } from '../../src/publishing/published-version.ts';
import { takeSnapshot } from '../../src/publishing/snapshot.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { exampleLibrary } from '../ledger/experience.ts';
import { embeddedExperiences, sampleVersion } from './sample-version.ts';

async function blocksOf(version: PublishedVersion) {
  const snapshot = await takeSnapshot(version, sha256);
  const blocks: Block[] = [];
  for await (const { cid, bytes } of snapshot.stream()) blocks.push({ cid, bytes: bytes.slice() });
  return { snapshot, blocks };
}

describe('a snapshot', () => {
  it('has a CID that depends on the set of records alone, not on their order', async () => {
    const { experiences } = exampleLibrary(40);
    const { cid } = await takeSnapshot(sampleVersion(experiences), sha256);
    await assert(
      asyncProperty(shuffledSubarray([...experiences], { minLength: 40 }), async (shuffled) => {
        expect((await takeSnapshot(sampleVersion(shuffled), sha256)).cid).toBe(cid);
      }),
      { numRuns: 20 },
    );
    const other = await takeSnapshot(sampleVersion(experiences.slice(1)), sha256);
    expect(other.cid).not.toBe(cid);
  });

  it.each([0, 1, recordsPerLeaf, recordsPerLeaf + 1, 1500])(
    'of %i records links every one of them, each block once, depth first in the order of links',
    async (count) => {
      const { experiences } = exampleLibrary(count);
      const version = sampleVersion(experiences, 3);
      const { snapshot, blocks } = await blocksOf(version);
      const known = new Map(blocks.map((block) => [cidKey(block.cid), block]));
      expect(known.size).toBe(blocks.length);
      expect(blocks.length).toBe(snapshot.blocks);
      const walked: string[] = [];
      const visit = (key: string): void => {
        if (walked.includes(key)) return;
        walked.push(key);
        for (const link of linksOf(known.get(key) as Block)) visit(cidKey(link));
      };
      if (count <= recordsPerLeaf + 1) {
        visit(cidKey(snapshot.root));
        expect(walked).toEqual(blocks.map(({ cid }) => cidKey(cid)));
      }
      for (const experience of experiences)
        expect(known.has(cidKey(cidOf(codecs.raw, recordDigest(sha256, experience))))).toBe(true);
      for (const commit of version.log)
        expect(blocks.some(({ cid }) => toHex(digestOf(cid)) === commitId(commit, sha256))).toBe(true);
      for (const { cid, bytes } of blocks) {
        expect(toHex(sha256(bytes))).toBe(toHex(digestOf(cid)));
        expect(bytes.length).toBeLessThanOrEqual(maximumBlockBytes / 2);
      }
    },
  );

  it('writes leaves as the reference encoder does', () => {
    for (const count of [0, 1, 23, 24, 255, 256]) {
      const digests = new Uint8Array(count * 32).map((_, index) => index % 251);
      const records = Array.from({ length: count }, (_, index) =>
        toLink(cidOf(codecs.raw, digests.subarray(index * 32, index * 32 + 32))),
      );
      expect(Buffer.from(encodeLeaf(digests, sha256).bytes).equals(encode({ records }))).toBe(true);
    }
  });

  it('changes few blocks when one record of many changes', async () => {
    const { experiences } = exampleLibrary(2000);
    const before = await blocksOf(sampleVersion(experiences));
    const [first, ...rest] = experiences;
    if (first === undefined) throw new Error('there are 2,000');
    const after = await blocksOf(sampleVersion([{ ...first, confidence: 0.9 }, ...rest]));
    const known = new Set(before.blocks.map(({ cid }) => cidKey(cid)));
    // Root, log, page, commit, the leaf, the node above it, the record.
    expect(after.blocks.filter(({ cid }) => !known.has(cidKey(cid))).length).toBeLessThanOrEqual(7);
  });

  it('holds the vectors as one file, in the order of the records', async () => {
    const { experiences, vectors } = embeddedExperiences(300, 8);
    const version = sampleVersion(experiences, 1, vectors);
    const { snapshot, blocks } = await blocksOf(version);
    expect(blocks.length).toBe(snapshot.blocks);
    const expected = [...version.records()].map(({ embedding }) => vectors.get(embedding?.sha256 ?? '') as Uint8Array);
    const known = new Map(blocks.map((block) => [cidKey(block.cid), block]));
    const contentOf = (block: Block): Uint8Array[] =>
      block.cid[1] === codecs.raw
        ? [block.bytes]
        : linksOf(block).flatMap((link) => contentOf(known.get(cidKey(link)) as Block));
    // The first node of a file in the order of links is its root.
    const file = blocks.find(({ cid }) => cid[1] === codecs.dagPb);
    expect(Buffer.concat(contentOf(file as Block)).equals(Buffer.concat(expected))).toBe(true);
  });

  it('has signatures in it, in an order of their own', async () => {
    const one = { algorithm: 'ed25519', publicKey: 'aa', signature: 'bb' };
    const other = { algorithm: 'secp256k1', publicKey: 'cc', signature: 'dd' };
    const { experiences } = exampleLibrary(2);
    const cids = await Promise.all(
      [[one, other], [other, one], [one], []].map(
        async (signatures) => (await takeSnapshot(sampleVersion(experiences, 1, new Map(), signatures), sha256)).cid,
      ),
    );
    expect(cids[0]).toBe(cids[1]);
    expect(new Set(cids).size).toBe(3);
  });

  it('stays the same from one release of zoo to the next', async () => {
    const { experiences, vectors } = embeddedExperiences(3, 4);
    const version = sampleVersion(experiences, 2, vectors);
    expect((await takeSnapshot(version, sha256)).cid).toMatchInlineSnapshot(
      `"bafyreiabmudchmlffojhwsvigxusgkzv5q25jy2t67wtdot6zg2umrhqyq"`,
    );
  });

  it('is refused when records are not those of the commit', async () => {
    const { experiences } = exampleLibrary(5);
    const version = sampleVersion(experiences);
    const others = sampleVersion([...experiences.slice(1), ...exampleLibrary(1, 50).experiences]);
    await expect(takeSnapshot({ ...version, records: () => others.records() }, sha256)).rejects.toThrow('recordsRoot');
    const twice = { ...version, records: () => [...version.records()].toReversed() };
    await expect(takeSnapshot(twice, sha256)).rejects.toThrow('out of order');
    const fewer = { ...version, records: () => [...version.records()].slice(1) };
    await expect(takeSnapshot(fewer, sha256)).rejects.toThrow('4 records where 5');
  });

  it('is refused when a vector is missing or another', async () => {
    const { experiences, vectors } = embeddedExperiences(3, 4);
    const version = sampleVersion(experiences, 1, vectors);
    await expect(takeSnapshot({ ...version, vector: () => undefined }, sha256)).rejects.toThrow('not in this copy');
    await expect(takeSnapshot({ ...version, vector: () => new Uint8Array(16) }, sha256)).rejects.toThrow('damaged');
  });

  it('keeps commits in pages', async () => {
    const { snapshot, blocks } = await blocksOf(sampleVersion([], 1025));
    expect(blocks.length).toBe(snapshot.blocks);
    const texts = new Set(blocks.map(({ bytes }) => new TextDecoder().decode(bytes)));
    for (const commit of sampleVersion([], 1025).log) expect(texts.has(canonicalJson(commit))).toBe(true);
    expect(formatCid(snapshot.root)).toBe(snapshot.cid);
  });
});
