import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ArchiveWorld, archiveVersion, askArchive, inAr } from '../../src/publishing/archive-version.ts';
import { openOutbox } from '../../src/publishing/outbox.ts';
import type { Delivery } from '../../src/publishing/publish.ts';
import { maximumTagBytes } from '../../src/world/archive/archive.ts';
import { walletAddress } from '../../src/world/archive/arweave-key.ts';
import { systemClock } from '../../src/world/clock/system.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { diskFiles } from '../../src/world/files/disk.ts';
import { fileBlocks } from '../../src/world/pin/blocks/file-blocks.ts';
import { type ArweaveEmulator, startArweaveEmulator } from '../emulators/arweave/start-emulator.ts';
import { memoryFiles } from '../fakes/files.ts';
import { exampleLibrary } from '../ledger/experience.ts';
import { arweaveKey, fetchIt, libraryOf, machine, nextVersion, subjectOf } from './archive-setting.ts';

const payer = walletAddress(arweaveKey);
const ethereumPayer = '0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a';
let emulator: ArweaveEmulator;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'zoo-archive-'));
  emulator = await startArweaveEmulator();
  emulator.weave.wallet(payer).balance = 10n ** 12n;
  emulator.bundler.credits.set(ethereumPayer, 10n ** 12n);
});
afterEach(async () => {
  await emulator.close();
  rmSync(folder, { recursive: true, force: true });
});

const child = fileURLToPath(new URL('archive-child.ts', import.meta.url));

/** Records of a version of about 280 kB, which goes in two chunks. */
const records = 700;

/** A whole process that archives a version. */
function run(kind: 'arweave' | 'bundler', step: string, times = 1) {
  return new Promise<NodeJS.Signals | null>((resolve) => {
    const { url, bundlerUrl } = emulator;
    const words = [child, folder, url, bundlerUrl, kind, String(records), step, String(times)];
    const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'zoo-test-compile-cache') };
    const process_ = spawn(process.execPath, words, { env });
    process_.once('close', (_code, signal) => resolve(signal));
  });
}

/** What the next process does on the same disk. */
async function goOn(kind: 'arweave' | 'bundler'): Promise<Delivery> {
  const { world } = machine(emulator, kind, {
    blocks: fileBlocks(diskFiles, `${folder}/ipfs`, systemClock),
    outbox: openOutbox({ files: diskFiles, folder: `${folder}/outbox`, clock: systemClock, sha256 }),
  });
  const version = nextVersion(undefined, exampleLibrary(records).experiences);
  return await archiveVersion(await subjectOf(version, world), world);
}

/** What was paid in the end, once everything that waits is in a block. */
function payments(): number {
  emulator.mine(12);
  return emulator.weave.payments.length + emulator.bundler.charged.length;
}

const deadlySteps = [
  ['arweave', 'quoted', 1],
  ['arweave', 'looked-up', 1],
  ['arweave', 'approved', 1],
  ['arweave', 'signed', 1],
  ['arweave', 'asked', 1],
  ['arweave', 'sending', 1],
  ['arweave', 'part', 1],
  ['arweave', 'part', 2],
  ['arweave', 'part', 3],
  ['arweave', 'sent', 1],
  ['arweave', 'recorded', 1],
  ['bundler', 'quoted', 1],
  ['bundler', 'looked-up', 1],
  ['bundler', 'approved', 1],
  ['bundler', 'signed', 1],
  ['bundler', 'asked', 1],
  ['bundler', 'sending', 1],
  ['bundler', 'part', 1],
  ['bundler', 'sent', 1],
  ['bundler', 'recorded', 1],
] as const;

describe('a process that is killed', () => {
  it.each(deadlySteps)(
    '%s, at the step "%s" (%i): the next one ends it, with one upload and one payment',
    async (kind, step, times) => {
      expect(await run(kind, step, times)).toBe('SIGKILL');
      const known = readdirSync(folder).includes('outbox') ? idsInOutbox() : [];
      const delivery = await goOn(kind);
      expect(delivery).toMatchObject({ state: 'pinning', error: null });
      if (known.length > 0) expect(delivery.remoteId).toBe(known[0]);
      expect(emulator.count(kind === 'arweave' ? 'tx' : 'item')).toBe(1);
      expect(emulator.count('chunk')).toBe(kind === 'arweave' ? 2 : 0);
      expect(payments()).toBe(1);
      expect(await fetchIt([emulator], delivery.remoteId as string)).toMatchObject({
        commit: { seq: 1, size: records },
      });
    },
  );

  it.each(['arweave', 'bundler'] as const)('is killed at every step that there is: %s', async (kind) => {
    const steps = new Set<string>();
    const { world } = machine(emulator, kind);
    const subject = await subjectOf(nextVersion(undefined, exampleLibrary(records).experiences), world);
    await archiveVersion(subject, { ...world, onStep: (step) => void steps.add(step) });
    expect(steps).toEqual(new Set(deadlySteps.flatMap(([how, step]) => (how === kind ? [step] : []))));
  });

  function idsInOutbox(): readonly (string | null)[] {
    return readdirSync(join(folder, 'outbox'))
      .filter((name) => name.endsWith('.json'))
      .map(
        (name) =>
          (JSON.parse(readFileSync(join(folder, 'outbox', name), 'utf8')) as { remoteId: string | null }).remoteId,
      );
  }
});

describe.each(['arweave', 'bundler'] as const)('an archive by %s', (kind) => {
  const what = kind === 'arweave' ? 'tx' : 'item';
  const [version] = libraryOf(1);

  it('holds the whole version under tags that say which, and comes back', async () => {
    const { world, approved } = machine(emulator, kind);
    const subject = await subjectOf(version!, world);
    const delivery = await archiveVersion(subject, world);
    expect(approved).toHaveLength(1);
    expect(approved[0]).toMatchObject({ payer: kind === 'arweave' ? payer : ethereumPayer, balance: 10n ** 12n });
    emulator.mine();
    const listed = emulator.weave.listed.get(delivery.remoteId as string);
    expect(listed?.tags).toEqual(subject.tags);
    expect(Object.fromEntries(subject.tags.map(({ name, value }) => [name, value]))).toMatchObject({
      'App-Name': 'zoo',
      'App-Version': '0.1.0',
      'Content-Type': 'application/vnd.ipld.car',
      Type: 'zoo-snapshot',
      Title: 'zoo library v1',
      'Zoo-Commit': subject.commit,
      'Zoo-Root': version!.commit.recordsRoot,
      'Zoo-Seq': '1',
      'IPFS-CID': subject.cid,
      'Unix-Time': '1767225600',
    });
    const size = subject.tags.reduce((sum, { name, value }) => sum + Buffer.byteLength(name + value), 0);
    expect(size).toBeLessThan(maximumTagBytes / 2);
    const fetched = await fetchIt([emulator], delivery.remoteId as string);
    expect(fetched.experiences).toEqual(exampleLibrary(3).experiences.toSorted(byKey(fetched.experiences)));
    expect(fetched.owners).toContain(kind === 'arweave' ? payer : ethereumPayer);
  });

  it('is made once, however often it is asked for', async () => {
    const { world, approved } = machine(emulator, kind);
    const subject = await subjectOf(version!, world);
    const first = await archiveVersion(subject, world);
    expect(await archiveVersion(subject, world)).toMatchObject({ state: 'pinning', remoteId: first.remoteId });
    emulator.mine(12);
    expect(await archiveVersion(subject, world)).toMatchObject({ state: 'pinned', remoteId: first.remoteId });
    expect([approved.length, emulator.count(what), payments()]).toEqual([1, 1, 1]);
  });

  it.each(['before', 'after'] as const)('is paid once when the other side answers 500 %s accepting', async (when) => {
    emulator.fault = { on: what, when, status: 500 };
    const { world } = machine(emulator, kind);
    const subject = await subjectOf(version!, world);
    const first = archiveVersion(subject, world);
    if (when === 'before') await expect(first).rejects.toMatchObject({ code: 'archive-refused' });
    else expect(await first).toMatchObject({ state: 'pinning' });
    const second = await archiveVersion(subject, world);
    expect([emulator.count(what), payments()]).toEqual([1, 1]);
    expect(await fetchIt([emulator], second.remoteId as string)).toMatchObject({ commit: { seq: 1 } });
  });

  it('of two machines, one after the other, is one', async () => {
    const [one, other] = [machine(emulator, kind), machine(emulator, kind)];
    const first = await archiveVersion(await subjectOf(version!, one.world), one.world);
    emulator.mine(12);
    const second = await archiveVersion(await subjectOf(version!, other.world), other.world);
    expect(second).toMatchObject({ remoteId: first.remoteId, state: 'pinned' });
    expect([other.approved.length, emulator.count(what), payments()]).toEqual([0, 1, 1]);
  });

  it('of two machines at the same time is paid once, and both find it', async () => {
    const [one, other] = [machine(emulator, kind), machine(emulator, kind)];
    const [a, b] = [await subjectOf(version!, one.world), await subjectOf(version!, other.world)];
    const [first, second] = meeting([one.world, other.world]);
    const both = await Promise.all([archiveVersion(a, first!), archiveVersion(b, second!)]);
    expect(both.map(({ state }) => state)).toEqual(['pinning', 'pinning']);
    expect(payments()).toBe(1);
    const later = [await archiveVersion(a, one.world), await archiveVersion(b, other.world)];
    expect(later.map(({ state }) => state)).toEqual(['pinned', 'pinned']);
    expect(new Set(later.map(({ remoteId }) => remoteId)).size).toBe(1);
    expect(payments()).toBe(1);
  });

  it('of two machines at the same time is found though the index lags behind', async () => {
    const [one, other] = [machine(emulator, kind), machine(emulator, kind)];
    const [a, b] = [await subjectOf(version!, one.world), await subjectOf(version!, other.world)];
    emulator.tamper = (path, body) => (path === 'graphql' && body.includes('edges') ? noEdges : undefined);
    const [first, second] = meeting([one.world, other.world]);
    await Promise.all([archiveVersion(a, first!), archiveVersion(b, second!)]);
    emulator.mine(12);
    const later = [await archiveVersion(a, one.world), await archiveVersion(b, other.world)];
    expect(new Set(later.map(({ remoteId }) => remoteId)).size).toBe(1);
    expect(payments()).toBe(1);
  });

  it('is not signed when it costs more than is allowed, or than there is, or is not wanted', async () => {
    const { world } = machine(emulator, kind, { maxCost: 1n });
    const subject = await subjectOf(version!, world);
    await expect(archiveVersion(subject, world)).rejects.toMatchObject({ code: 'over-budget', exitCode: 4 });
    const poor = { ...world, maxCost: undefined };
    emulator.weave.wallet(payer).balance = 5n;
    emulator.bundler.credits.delete(ethereumPayer);
    await expect(archiveVersion(subject, poor)).rejects.toMatchObject({ code: 'archive-unfunded' });
    emulator.weave.wallet(payer).balance = 10n ** 12n;
    emulator.bundler.credits.set(ethereumPayer, 10n ** 12n);
    const refuse = { ...poor, approve: () => Promise.reject(new Error('no')) };
    await expect(archiveVersion(subject, refuse)).rejects.toThrow('no');
    expect(await world.outbox.entries()).toEqual([]);
    expect(payments()).toBe(0);
  });

  it('is told as absent, pending, in a block, and confirmed', async () => {
    const { world } = machine(emulator, kind);
    const subject = await subjectOf(version!, world);
    expect(await askArchive(subject, world)).toMatchObject({ state: 'absent', remoteId: null });
    await archiveVersion(subject, world);
    expect(await askArchive(subject, world)).toMatchObject({ state: 'pinning' });
    emulator.mine();
    expect(await askArchive(subject, world)).toMatchObject({ state: 'pinning' });
    emulator.mine(10);
    expect(await askArchive(subject, world)).toMatchObject({ state: 'pinned' });
    expect((await world.outbox.entries())[0]?.state).toBe('done');
  });

  it('leaves no key in the outbox', async () => {
    const files = memoryFiles();
    const { world } = machine(emulator, kind, {
      outbox: openOutbox({ files, folder: 'outbox', clock: systemClock, sha256 }),
    });
    const { remoteId } = await archiveVersion(await subjectOf(version!, world), world);
    const kept = [...files.contents.values()].map((bytes) => Buffer.from(bytes).toString('latin1'));
    expect(kept.join()).toContain(remoteId);
    for (const secret of [arweaveKey.d, arweaveKey.p, '11'.repeat(16)])
      expect(kept.join()).not.toContain(secret.slice(0, 20));
  });
});

describe('a transaction', () => {
  const versions = libraryOf(2);

  it('goes on with the chunks that are lacking', async () => {
    const { world } = machine(emulator, 'arweave');
    const subject = await subjectOf(nextVersion(undefined, exampleLibrary(records).experiences), world);
    emulator.fault = { on: 'chunk', when: 'before', status: 503, skip: 1 };
    await expect(archiveVersion(subject, world)).rejects.toMatchObject({ code: 'archive-refused' });
    expect(emulator.count('chunk')).toBe(1);
    expect(await archiveVersion(subject, world)).toMatchObject({ state: 'pinning' });
    expect([emulator.count('chunk'), emulator.count('tx'), payments()]).toEqual([2, 1, 1]);
  });

  it('does not shut out the one before it, which is in no block yet', async () => {
    const { world } = machine(emulator, 'arweave');
    const [first, second] = [await subjectOf(versions[0]!, world), await subjectOf(versions[1]!, world)];
    await archiveVersion(first, world);
    await expect(archiveVersion(second, world)).rejects.toMatchObject({ code: 'archive-wallet-busy' });
    emulator.mine();
    await archiveVersion(second, world);
    expect(payments()).toBe(2);
    expect(await archiveVersion(first, world)).toMatchObject({ state: 'pinned' });
    expect(await archiveVersion(second, world)).toMatchObject({ state: 'pinned' });
  });

  it('is signed anew only when it can never be in a block', async () => {
    const { world, approved } = machine(emulator, 'arweave');
    const subject = await subjectOf(versions[0]!, world);
    emulator.fault = { on: 'tx', when: 'before', status: 503 };
    await expect(archiveVersion(subject, world)).rejects.toMatchObject({ code: 'archive-refused' });
    const [prepared] = await world.outbox.entries();
    // The wallet makes another transaction elsewhere meanwhile.
    emulator.weave.wallet(payer).lastTransaction = 'x'.repeat(43);
    const delivery = await archiveVersion(subject, world);
    expect(delivery.remoteId).not.toBe(prepared?.remoteId);
    expect([approved.length, payments()]).toEqual([2, 1]);
  });

  it('is not signed anew when the gateway hides it', async () => {
    const { world } = machine(emulator, 'arweave');
    const subject = await subjectOf(versions[0]!, world);
    const { remoteId } = await archiveVersion(subject, world);
    emulator.mine(12);
    emulator.weave.mined.delete(remoteId as string);
    emulator.weave.listed.delete(remoteId as string);
    expect(await archiveVersion(subject, world)).toMatchObject({ state: 'pinning', remoteId });
    expect(emulator.count('tx')).toBe(1);
  });

  it('that the network forgot is sent again, the same', async () => {
    const { world } = machine(emulator, 'arweave');
    const subject = await subjectOf(versions[0]!, world);
    const { remoteId } = await archiveVersion(subject, world);
    emulator.weave.waiting.clear();
    emulator.weave.listed.clear();
    expect(await askArchive(subject, world)).toMatchObject({ state: 'absent' });
    expect(await archiveVersion(subject, world)).toMatchObject({ state: 'pinning', remoteId });
    expect(payments()).toBe(1);
  });
});

it('writes winston as AR', () => {
  expect([0n, 1n, 10n ** 12n, 1_234_500_000_000n].map(inAr)).toEqual(['0', '0.000000000001', '1', '1.2345']);
});

const noEdges = Buffer.from('{"data":{"transactions":{"pageInfo":{"hasNextPage":false},"edges":[]}}}');

/** Machines that all wait until each has signed. */
function meeting(worlds: readonly ArchiveWorld[]): readonly ArchiveWorld[] {
  let signed = 0;
  let go = () => {};
  const gone = new Promise<void>((resolve) => (go = resolve));
  const onStep = async (step: string) => {
    if (step !== 'signed') return;
    if (++signed === worlds.length) go();
    await gone;
  };
  return worlds.map((world) => ({ ...world, onStep }));
}

function byKey(order: readonly { readonly id: string }[]) {
  const place = new Map(order.map(({ id }, index) => [id, index]));
  return (one: { readonly id: string }, other: { readonly id: string }) =>
    (place.get(one.id) ?? 0) - (place.get(other.id) ?? 0);
}
