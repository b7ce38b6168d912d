import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cidKey } from '../../src/core/ipld/cid.ts';
import { openOutbox } from '../../src/publishing/outbox.ts';
import { type Delivery, askTargets, publish } from '../../src/publishing/publish.ts';
import { takeSnapshot } from '../../src/publishing/snapshot.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { kuboPin } from '../../src/world/pin/kubo.ts';
import { localPin } from '../../src/world/pin/local.ts';
import type { Pin } from '../../src/world/pin/pin.ts';
import { memoryBlocks } from '../fakes/blocks.ts';
import { memoryFiles } from '../fakes/files.ts';
import { exampleExperience, exampleLibrary } from '../ledger/experience.ts';
import { type FakeKubo, fakeKubo } from '../world/pin/fake-kubo.ts';
import { serviceAt } from '../world/pin/fake-service.ts';
import { sampleVersion } from './sample-version.ts';

let folder: string;
let kubo: FakeKubo;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'zoo-publish-'));
  kubo = await fakeKubo();
});
afterEach(async () => {
  await kubo.close();
  rmSync(folder, { recursive: true, force: true });
});

const child = fileURLToPath(new URL('publish-child.ts', import.meta.url));

function run(step = '', times = 1, records = 60) {
  return new Promise<{ signal: NodeJS.Signals | null; stdout: string; stderr: string }>((resolve) => {
    const process_ = spawn(process.execPath, [child, folder, kubo.url, String(records), step, String(times)]);
    let [stdout, stderr] = ['', ''];
    process_.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
    process_.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    process_.once('close', (_code, signal) => resolve({ signal, stdout, stderr }));
  });
}

const deadlySteps = [
  ['kept', 1],
  ['prepared', 1],
  ['asked', 1],
  ['sending', 1],
  ['part', 1],
  ['part', 2],
  ['sent', 1],
  ['recorded', 1],
] as const;

describe('a process that is killed', () => {
  it.each(deadlySteps)('at the step "%s" (%i): the next one ends it, and nothing goes twice', async (step, times) => {
    expect((await run(step, times)).signal).toBe('SIGKILL');
    const { stdout, stderr } = await run();
    expect(stderr).toBe('');
    const { cid, deliveries } = JSON.parse(stdout) as { cid: string; deliveries: Delivery[] };
    expect(deliveries).toMatchObject([{ state: 'pinned', error: null }]);
    expect(kubo.pinned).toEqual(new Set([cid]));
    expect(kubo.pins).toBe(1);
    // The root stands in every part; everything else came once.
    const repeated = [...kubo.arrivals].filter(([, count]) => count > 1);
    expect(repeated.length).toBeLessThanOrEqual(1);
  });
});

function worldOf(pins: readonly Pin[], blocks = memoryBlocks(), files = memoryFiles()) {
  return {
    blocks,
    outbox: openOutbox({ files, folder: 'outbox', clock: { now: () => 0, sleep: async () => {} }, sha256 }),
    pins,
    sha256,
    signal: new AbortController().signal,
  };
}

async function publishIt(count: number, world: ReturnType<typeof worldOf>, change = 0) {
  const { experiences } = exampleLibrary(count);
  const snapshot = await takeSnapshot(
    sampleVersion([...experiences, ...Array.from({ length: change }, (_, index) => exampleExperience(9000 + index))]),
    sha256,
  );
  const published = { cid: snapshot.cid, commit: 'cd'.repeat(32), version: 'v1', name: 'library v1' };
  return { snapshot, published, deliveries: await publish(snapshot, published, world) };
}

it('a process is killed above at every step that there is', async () => {
  const steps = new Set<string>();
  const world = {
    ...worldOf([kuboPin(serviceAt('kubo'), kubo.url, 8000)]),
    onStep: (step: string) => void steps.add(step),
  };
  await publishIt(60, world);
  expect(steps).toEqual(new Set(deadlySteps.map(([step]) => step)));
});

describe('publishing', () => {
  it('keeps the version in the embedded node and asks no one else', async () => {
    const blocks = memoryBlocks();
    const { snapshot, deliveries } = await publishIt(5, worldOf([localPin(blocks)], blocks));
    expect(deliveries).toMatchObject([{ target: 'local', state: 'pinned' }]);
    expect((await blocks.car(snapshot.root))?.bytes).toBe(snapshot.carBytes);
    expect(blocks.contents.size).toBe(snapshot.blocks);
  });

  it('sends nothing a second time when it is told again', async () => {
    const world = worldOf([kuboPin(serviceAt('kubo'), kubo.url)]);
    await publishIt(5, world);
    const { deliveries } = await publishIt(5, world);
    expect(deliveries).toMatchObject([{ state: 'pinned' }]);
    expect(kubo.pins).toBe(1);
  });

  it('asks before it sends again to one that failed after taking everything', async () => {
    const world = worldOf([kuboPin(serviceAt('kubo'), kubo.url)]);
    kubo.failOnce = { status: 500, body: 'the lights went out' };
    const first = await publishIt(5, world);
    expect(first.deliveries).toMatchObject([{ state: 'failed', error: 'pin-refused' }]);
    expect(first.deliveries[0]?.detail).toContain('the lights went out');
    expect((await world.outbox.entries())[0]?.state).toBe('sending');
    expect((await publishIt(5, world)).deliveries).toMatchObject([{ state: 'pinned' }]);
    expect(kubo.pins).toBe(1);
    expect((await world.outbox.entries())[0]?.state).toBe('done');
  });

  it('does not let one target keep the others waiting', async () => {
    const gone = kuboPin(serviceAt('kubo:gone'), 'http://127.0.0.1:1');
    const { deliveries } = await publishIt(5, worldOf([gone, kuboPin(serviceAt('kubo'), kubo.url)]));
    expect(deliveries).toMatchObject([
      { target: 'kubo:gone', state: 'failed', error: 'pin-unreachable' },
      { target: 'kubo', state: 'pinned' },
    ]);
  });

  it('sends of a later version only what the target lacks, and all of it when the target lost that', async () => {
    const world = worldOf([kuboPin(serviceAt('kubo'), kubo.url)]);
    const first = await publishIt(600, world);
    const before = new Set(kubo.blocks.keys());
    const second = await publishIt(600, world, 1);
    expect(second.deliveries).toMatchObject([{ state: 'pinned' }]);
    const again = [...kubo.arrivals].filter(([key, count]) => before.has(key) && count > 1);
    expect(again).toEqual([]);
    expect(kubo.blocks.size - before.size).toBeLessThan(10);
    // The node forgets blocks though it still says that it pinned the earlier version.
    kubo.pinned.delete(second.snapshot.cid);
    for (const key of before) if (key !== cidKey(first.snapshot.root)) kubo.blocks.delete(key);
    expect((await publishIt(600, world, 2)).deliveries).toMatchObject([{ state: 'pinned' }]);
  });

  it('tells what has become of a version, and mends it', async () => {
    const world = worldOf([kuboPin(serviceAt('kubo'), kubo.url)]);
    const { published, snapshot } = await publishIt(5, world);
    expect(await askTargets(published, world)).toMatchObject([{ state: 'pinned' }]);
    kubo.pinned.delete(snapshot.cid);
    expect(await askTargets(published, world)).toMatchObject([{ state: 'absent' }]);
    expect((await world.outbox.entries())[0]?.state).toBe('failed');
    await publishIt(5, world);
    expect(await askTargets(published, world)).toMatchObject([{ state: 'pinned' }]);
    expect(kubo.pins).toBe(2);
  });

  it('does not take another root than ours for an answer', async () => {
    const world = worldOf([kuboPin(serviceAt('kubo'), kubo.url)]);
    const other = 'bafyreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq';
    kubo.failOnce = { body: JSON.stringify({ Root: { Cid: { '/': other } } }) };
    expect((await publishIt(5, world)).deliveries).toMatchObject([{ state: 'failed', error: 'pin-root-mismatch' }]);
  });
});

describe('the outbox', () => {
  it('holds an entry before anything is sent, and no secret', async () => {
    await run('sending');
    const [name] = readdirSync(join(folder, 'outbox')).filter((one) => one.endsWith('.json'));
    const entry = JSON.parse(readFileSync(join(folder, 'outbox', name ?? ''), 'utf8')) as Record<string, unknown>;
    expect(entry).toMatchObject({ kind: 'pin', state: 'sending', version: 'v60' });
    expect(entry['cid']).toMatch(/^bafyrei/);
    expect(kubo.received.some(({ path }) => path.endsWith('dag/import'))).toBe(false);
  });

  it('keeps what cannot be made again, such as a signed transaction, and never replaces it', async () => {
    const { outbox } = worldOf([]);
    const subject = { kind: 'archive' as const, target: 'arweave', cid: 'c', commit: 'ab'.repeat(32), version: 'v1' };
    await outbox.prepare(subject, 'transaction-1', new TextEncoder().encode('signed once'));
    const again = await outbox.prepare(subject, 'transaction-2', new TextEncoder().encode('signed twice'));
    expect(again.remoteId).toBe('transaction-1');
    expect(new TextDecoder().decode(await outbox.payload(again))).toBe('signed once');
  });

  it('tells when it is not what was written', async () => {
    const files = memoryFiles();
    const { outbox } = worldOf([], memoryBlocks(), files);
    const subject = { kind: 'archive' as const, target: 'arweave', cid: 'c', commit: 'ab'.repeat(32), version: 'v1' };
    const entry = await outbox.prepare(subject, 'id', new Uint8Array(10));
    for (const path of files.contents.keys()) if (path.endsWith('.bin')) files.set(path, 'other');
    await expect(outbox.payload(entry)).rejects.toThrow('not what was written');
    for (const path of files.contents.keys()) if (path.endsWith('.json')) files.set(path, '{');
    await expect(outbox.entries()).rejects.toMatchObject({ code: 'outbox-damaged' });
  });

  it('lets one process send at a time', async () => {
    const { outbox } = worldOf([]);
    const lock = await outbox.lock();
    await expect(outbox.lock()).rejects.toMatchObject({ code: 'outbox-locked' });
    await lock.release();
    await (await outbox.lock()).release();
  });
});
