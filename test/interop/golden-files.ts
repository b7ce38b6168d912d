import { createCipheriv, createHash } from 'node:crypto';
import { cidOf, codecs, formatCid } from '../../src/core/ipld/cid.ts';
import { type FileLeaf, leafBytes, unixFsFile } from '../../src/core/ipld/unixfs-file.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { check } from './workplace.ts';

/** What Kubo's test/cli/cid_profiles_test.go asserts for the profile unixfs-v1-2025, files of ChaCha20's key stream. */
const atMostLinks = 'bafybeihmf37wcuvtx4hpu7he5zl5qaf2ineo2lqlfrapokkm5zzw7zyhvm';
const overLinks = 'bafybeihmzokxxjqwxjcryerhp5ezpcog2wcawfryb2xm64xiakgm4a5jue';

/** A gibibyte that fills one node to its last link, and one leaf more, which makes a second level. */
export function checkGoldenFiles(): void {
  const key = createHash('sha256').update('v1-2025-seed').digest();
  const cipher = createCipheriv('chacha20', key, Buffer.alloc(16));
  const zeros = Buffer.alloc(leafBytes);
  const leaves: FileLeaf[] = [];
  for (let index = 0; index < 1025; index++)
    leaves.push({ cid: cidOf(codecs.raw, sha256(cipher.update(zeros))), size: leafBytes });
  const full = formatCid(unixFsFile(leaves.slice(0, 1024), sha256).cid);
  check("UnixFS file of 1,024 MiB has the CID of Kubo's vector", full === atMostLinks, full);
  const over = formatCid(unixFsFile(leaves, sha256).cid);
  check("UnixFS file of 1,025 MiB has the CID of Kubo's vector", over === overLinks, over);
}
