import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/core/digest.ts';
import { rawCid } from '../../src/core/tree/cid.ts';
import { canonicalJson } from '../../src/core/tree/canonical.ts';
import { type Pending, writePending } from '../../src/ledger/pending.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { memoryFiles } from '../fakes/files.ts';
import { exampleExperience, exampleLibrary } from './experience.ts';
import { libraryInShards, openIn } from './hostile-libraries.ts';

const outside = 'x/../../../../home/precious';
const nothing = { complete: false, puts: [], deletes: [], order: undefined };
const change: Pending = { generation: 9, layout: 'files', changes: nothing, version: null };

describe('a change under way that somebody else wrote', () => {
  const text = 'anything at all\n';
  const cid = rawCid(sha256(text));
  const parts = (shard: string, part: string, order = cid): Pending => ({
    ...change,
    layout: 'shards',
    parts: { shards: { [shard]: part }, order },
  });
  it.each<[string, Pending]>([
    ['a shard', parts(outside, cid)],
    ['a part', parts('7f', outside)],
    ['the order', parts('7f', cid, outside)],
    ['what it deletes', { ...change, changes: { ...nothing, deletes: [outside] } }],
    ['what it renames', { ...change, changes: { ...nothing, renames: [[outside, 'exp_0']] } }],
    ['what it renames it to', { ...change, changes: { ...nothing, renames: [['exp_0', outside]] } }],
    ['an experience in the order', { ...change, changes: { ...nothing, order: [outside] } }],
  ])('is not carried out where the name of %s leads out of the library', async (_, hostile) => {
    const files = memoryFiles();
    await openIn(files).save(exampleLibrary(2));
    files.set(`library/packs/${cid}.jsonl`, text);
    await writePending(files, 'library', hostile, sha256);
    const before = [...files.contents.keys()];
    await expect(openIn(files).save(exampleLibrary(3))).rejects.toMatchObject({ code: 'pending-damaged' });
    expect([...files.contents.keys()]).toEqual(before);
  });

  it('is carried out where all names are those of the library', async () => {
    const files = memoryFiles();
    await openIn(files).save(exampleLibrary(2));
    const { id } = exampleExperience(1);
    await writePending(files, 'library', { ...change, changes: { ...nothing, deletes: [id] } }, sha256);
    await openIn(files).create();
    expect((await openIn(files).library()).experiences).toEqual([exampleExperience(0)]);
  });
});

describe('an index of the working library that somebody else wrote', () => {
  it('removes nothing outside', async () => {
    const files = await libraryInShards();
    const path = 'library/.zoo/index/working.jsonl';
    const index = JSON.parse(files.text(path)?.split('\n')[0] ?? '') as { shards: Record<string, { cid: string }> };
    const shards = Object.entries(index.shards).map(([shard, known]) => [shard, { ...known, cid: outside }]);
    const text = canonicalJson({ ...index, shards: Object.fromEntries(shards) });
    files.set(path, `${text}\n${canonicalJson({ sha256: toHex(sha256(text)) })}\n`);
    const precious = `library/.zoo/index/${outside}.part`;
    files.set(precious, 'mine');
    await openIn(files).state();
    expect(files.text(precious)).toBe('mine');
  });
});
