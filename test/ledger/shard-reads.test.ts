import { beforeAll, describe, expect, it } from 'vitest';
import { amendLibrary } from '../../src/ledger/amend.ts';
import { blameExperience, recordedShards } from '../../src/ledger/shards/blame-shards.ts';
import { commitWorking } from '../../src/ledger/commit-working.ts';
import { compareShards } from '../../src/ledger/shards/compare-shards.ts';
import { importLines } from '../../src/ledger/forms/import-lines.ts';
import { shardOf } from '../../src/ledger/layout.ts';
import { lookUp } from '../../src/ledger/look-up.ts';
import { mergeShards } from '../../src/ledger/shards/merge-shards.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { type PackParts, packParts } from '../../src/ledger/pack.ts';
import { partPath } from '../../src/ledger/shards/parts.ts';
import { saveShards } from '../../src/ledger/shards/save-shards.ts';
import { createShardEdits } from '../../src/ledger/shards/shard-edits.ts';
import { openAsShards } from '../../src/ledger/shards/shards.ts';
import { createSpill } from '../../src/ledger/shards/spill.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { type MemoryFiles, Stopped, memoryFiles } from '../fakes/files.ts';
import { type CountingFiles, countingFiles } from './counting-files.ts';
import { exampleExperience, exampleLibrary } from './experience.ts';

const folder = 'library';
const clock = { now: () => 0, sleep: () => Promise.resolve() };
const many = exampleLibrary(2100).experiences;
const [counted, old] = [many[7], many[90]] as [(typeof many)[0], (typeof many)[0]];
const [fresh, reworded] = [exampleExperience(9001), exampleExperience(9002, { lineage: [old.id] })];

let whole: MemoryFiles;
let files: CountingFiles;

/** v1: all; v2: one counted and one added; v3: one reworded. */
beforeAll(async () => {
  whole = memoryFiles();
  files = countingFiles(whole);
  const ledger = open(files);
  whole.set('many.jsonl', many.map((one) => `${JSON.stringify(one)}\n`).join(''));
  const defaults = { domain: 'x', createdAt: '2026-01-01T00:00:00Z', createdBy: 'x', embeddingModel: 'x' };
  const request = {
    path: 'many.jsonl',
    defaults,
    existing: 'keep' as const,
    replace: false,
    dryRun: false,
  };
  await importLines(files, ledger, request, sha256);
  const commit = () => commitWorking(files, clock, ledger, { message: 'x', author: 'x', time: 0 }, sha256);
  await commit();
  const used = { ...counted, metadata: { ...counted.metadata, usage_count: 5 } };
  await amendLibrary(files, ledger, { puts: [used, fresh] }, sha256);
  await commit();
  await amendLibrary(files, ledger, { puts: [reworded], deletes: [old.id], renames: [[old.id, reworded.id]] }, sha256);
  await commit();
}, 60_000);

function open(of: CountingFiles | MemoryFiles) {
  return openLedger({ files: of, sha256, clock, folder });
}

const workingShard = ({ id }: { readonly id: string }) => `library/records/${shardOf(id, sha256)}.jsonl`;

async function readBy(act: () => Promise<unknown>): Promise<readonly string[]> {
  files.shardsRead();
  await act();
  return files.shardsRead();
}

/** Manifests tell what the shards of a version are; they are not read as shards. */
async function manifests(): Promise<readonly string[]> {
  return (await open(files).history()).map(({ commit }) => `library/packs/${commit.packCid}.jsonl`);
}

describe('a command about one record', () => {
  it('reads one shard to show it', async () => {
    expect(await readBy(() => lookUp(files, open(files), [counted.id], 'working', sha256))).toEqual([
      workingShard(counted),
    ]);
    const ofVersion = await readBy(() => lookUp(files, open(files), [counted.id], 'v1', sha256));
    expect(ofVersion.filter((path) => path.includes('/records/'))).toEqual([]);
    expect(ofVersion).toHaveLength(1);
  });

  it('reads its shard where that changed to blame it', async () => {
    const blame = async (id: string) => blameExperience(await recordedShards(files, open(files), sha256), id, sha256);
    const read = await readBy(() => blame(counted.id));
    // The working shard, and its two contents in versions.
    expect(read.length).toBeLessThanOrEqual(3);
    expect((await blame(counted.id)).map(({ change, entry }) => [change, entry?.version])).toEqual([
      ['added', 'v1'],
      ['modified', 'v2'],
    ]);
    const untouched = await readBy(() => blame(many[1000]?.id ?? ''));
    expect(untouched.length).toBeLessThanOrEqual(2);
  });

  it('reads the shards of what came and went where one took the place of another', async () => {
    const recorded = await recordedShards(files, open(files), sha256);
    const read = await readBy(() => blameExperience(recorded, reworded.id, sha256));
    expect(read.length).toBeLessThanOrEqual(6);
    const blamed = await blameExperience(recorded, reworded.id, sha256);
    expect(blamed.map(({ change, entry, record }) => [change, entry?.version, record.id])).toEqual([
      ['added', 'v1', old.id],
      ['modified', 'v3', reworded.id],
    ]);
  });

  it('reads and writes one shard to change and to commit it', async () => {
    const copy = whole.restart();
    files = countingFiles(copy);
    const ledger = open(files);
    await ledger.state();
    const change = { ...counted, confidence: 0.9 };
    expect(await readBy(() => amendLibrary(files, ledger, { puts: [change] }, sha256))).toEqual([
      workingShard(counted),
    ]);
    const committed = await readBy(() => commitWorking(files, clock, ledger, { message: 'x', author: 'x' }, sha256));
    expect(committed.filter((path) => path.includes('/records/'))).toEqual([workingShard(counted)]);
    files = countingFiles(whole);
  });
});

describe('two versions', () => {
  it('are compared by the shards that changed', async () => {
    const ledger = open(files);
    const [two, three] = [
      await openAsShards(files, ledger, 'v2', sha256),
      await openAsShards(files, ledger, 'v3', sha256),
    ];
    const read = (await readBy(() => compareShards(two, three, sha256))).filter((path) => path.includes('/packs/'));
    // Two shards before and after, and two orders.
    expect(read.length).toBeLessThanOrEqual(6);
    const [same, again] = [
      await openAsShards(files, ledger, 'v2', sha256),
      await openAsShards(files, ledger, 'v2', sha256),
    ];
    expect((await readBy(() => compareShards(same, again, sha256))).length).toBeLessThanOrEqual(1);
    expect((await manifests()).length).toBe(3);
  });
});

describe('a change that was broken off', { timeout: 60_000 }, () => {
  it.each(['amend', 'merge'] as const)('is seen by shards as it is in memory: %s', async (kind) => {
    const act = async (of: MemoryFiles) => {
      const ledger = open(of);
      if (kind === 'amend')
        return await amendLibrary(of, ledger, { puts: [exampleExperience(9003)], deletes: [fresh.id, old.id] }, sha256);
      const [base, working, theirs] = await Promise.all(
        ['v2', 'working', 'v1'].map((name) => openAsShards(of, ledger, name, sha256)),
      );
      const sides = { base, ours: working, theirs } as Parameters<typeof mergeShards>[0];
      const { change } = await mergeShards(sides, createSpill(of, folder), sha256);
      const commit = { message: 'x', author: 'x', time: 0 };
      return await saveShards({ files: of, clock, ledger, sha256 }, change, commit);
    };
    const counting = whole.restart();
    await act(counting);
    const roots = new Set<string>();
    for (let at = 0; at < counting.steps; at++) {
      const broken = whole.restart({ at, kind: 'stop' });
      await expect(act(broken)).rejects.toThrow(Stopped);
      const after = broken.restart();
      const shards = await openAsShards(after, open(after), 'working', sha256);
      const { root, count } = await open(after).state();
      expect(await shards.roots()).toMatchObject({ recordsRoot: root, size: count });
      const records = (await Promise.all(shards.names.map((name) => shards.read(name)))).flat();
      expect(records).toHaveLength(count);
      expect((await shards.order()).trimEnd().split('\n')).toEqual(
        (await open(after).library()).experiences.map(({ id }) => id),
      );
      roots.add(root);
    }
    expect(roots.size).toBe(2);
  });

  it('is not begun where a part of what it restores is missing', async () => {
    const copy = whole.restart();
    const ledger = open(copy);
    const { commit } = await ledger.findVersion('v1');
    const parts = (await packParts(copy, folder, commit, sha256)) as PackParts;
    const current = await openAsShards(copy, ledger, 'v1', sha256);
    const order = new TextEncoder().encode(await current.order());
    const change = { current, edits: createShardEdits(createSpill(copy, folder)), growth: 0, order, whole: true };
    const world = { files: copy, clock, ledger, sha256 };
    const before = await ledger.state();
    const path = partPath(folder, parts.shards['7f'] ?? '');
    const bytes = copy.contents.get(path) as Uint8Array;
    await copy.remove(path);
    await expect(saveShards(world, change, undefined)).rejects.toMatchObject({ code: 'pack-missing' });
    expect(await open(copy).state()).toEqual(before);
    copy.set(path, bytes);
    expect(await saveShards(world, change, { message: 'x', author: 'x', time: 0 })).toMatchObject({
      version: 'v4',
      root: commit.recordsRoot,
    });
    expect((await ledger.library()).experiences).toEqual(many);
  });

  it('is not mixed with the next one', async () => {
    const amend = (of: MemoryFiles, ...puts: Parameters<typeof amendLibrary>[2]['puts'][number][]) =>
      amendLibrary(of, open(of), { puts }, sha256);
    const pendingPath = `${folder}/.zoo/pending.jsonl`;
    const probe = whole.restart();
    await amend(probe, exampleExperience(9003));
    let begun: MemoryFiles | undefined;
    for (let at = 0; at < probe.steps && begun === undefined; at++) {
      const broken = whole.restart({ at, kind: 'stop' });
      await expect(amend(broken, exampleExperience(9003))).rejects.toThrow(Stopped);
      if (broken.contents.has(pendingPath)) begun = broken.restart();
    }
    if (begun === undefined) throw new Error('the change leaves no pending file');
    const shards = await openAsShards(begun, open(begun), 'working', sha256);
    const [one = '', other = ''] = shards.names;
    await shards.text(one);
    // The next writer ends the first change and has decided its own.
    const next = begun.restart();
    await amend(next, exampleExperience(9003), exampleExperience(9004));
    for (let at = 0; at < next.steps; at++) {
      const broken = begun.restart({ at, kind: 'stop' });
      await amend(broken, exampleExperience(9003), exampleExperience(9004)).catch(() => undefined);
      const text = broken.text(pendingPath);
      if (text === undefined || text === begun.text(pendingPath)) continue;
      begun.set(pendingPath, text);
      break;
    }
    await expect(shards.text(other)).rejects.toMatchObject({ code: 'library-busy' });
  });

  it('is not mixed with what is read before it', async () => {
    const copy = whole.restart();
    const shards = await openAsShards(copy, open(copy), 'working', sha256);
    await shards.text(shards.names[0] ?? '');
    await amendLibrary(copy, open(copy), { puts: [exampleExperience(9004)] }, sha256);
    await expect(shards.text(shards.names[1] ?? '')).rejects.toMatchObject({ code: 'library-busy' });
  });
});
