import { assert, asyncProperty, integer, uint8Array } from 'fast-check';
import { importFile } from 'ipfs-unixfs-importer';
import { fixedSize } from 'ipfs-unixfs-importer/chunker';
import { balanced } from 'ipfs-unixfs-importer/layout';
import { describe, expect, it } from 'vitest';
import { cidOf, codecs, formatCid, fromLink } from '../../../src/core/ipld/cid.ts';
import { linksOf } from '../../../src/core/ipld/links.ts';
import { leafBytes, readUnixFsNode, unixFsFile } from '../../../src/core/ipld/unixfs-file.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';

function fileOf(content: Uint8Array, chunk: number) {
  const leaves = [];
  for (let at = 0; at === 0 || at < content.length; at += chunk) {
    const bytes = content.subarray(at, at + chunk);
    leaves.push({ cid: cidOf(codecs.raw, sha256(bytes)), size: bytes.length });
  }
  return unixFsFile(leaves, sha256);
}

async function oracle(content: Uint8Array, chunk: number): Promise<string> {
  const options = {
    rawLeaves: true,
    cidVersion: 1 as const,
    chunker: fixedSize({ chunkSize: chunk }),
    layout: balanced({ maxChildrenPerNode: 1024 }),
  };
  return (await importFile({ content }, { put: async (cid) => cid }, options)).cid.toString();
}

describe('a UnixFS file', () => {
  it("has the CID of Kubo's own vectors (test/cli/cid_profiles_test.go, unixfs-v1-2025)", () => {
    const { cid: root } = fileOf(new TextEncoder().encode('hello world'), leafBytes);
    expect(formatCid(root)).toBe('bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e');
  });

  it('has the CID that the reference importer gives it, one level, two levels, no byte', async () => {
    for (const size of [0, 1, 1023, 1024, 1025, 3000]) {
      const content = Uint8Array.from({ length: size }, (_, index) => (index * 7 + (index >> 8)) % 256);
      expect(formatCid(fileOf(content, 1).cid)).toBe(await oracle(content, 1));
    }
    await assert(
      asyncProperty(uint8Array({ maxLength: 2000 }), integer({ min: 1, max: 64 }), async (content, chunk) => {
        expect(formatCid(fileOf(content, chunk).cid)).toBe(await oracle(content, chunk));
      }),
      { numRuns: 20 },
    );
  });

  it('says of itself how large it is and what it links', () => {
    const { cid, bytes, size } = fileOf(new Uint8Array(2500).fill(1), 1);
    if (bytes === undefined) throw new Error('a file of many leaves has a node');
    const top = { cid, bytes };
    expect(readUnixFsNode(top, fromLink)).toMatchObject({ type: 'file', size: 2500 });
    expect(size).toBe(2500);
    expect(linksOf(top)).toHaveLength(3);
  });
});
