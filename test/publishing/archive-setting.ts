import { readFileSync } from 'node:fs';
import { toHex } from '../../src/core/digest.ts';
import type { Experience } from '../../src/core/library/experience.ts';
import { commitId } from '../../src/core/tree/commit.ts';
import { libraryRoots } from '../../src/core/tree/library-roots.ts';
import { archiveTags } from '../../src/publishing/archive-tags.ts';
import { type ArchiveSubject, type ArchiveWorld, archiveVersion } from '../../src/publishing/archive-version.ts';
import { memoryKeeper } from './fetch-whole.ts';
import { fetchArchived } from '../../src/publishing/fetch-archived.ts';
import { openOutbox } from '../../src/publishing/outbox.ts';
import type { PublishedSignature } from '../../src/publishing/published-version.ts';
import { takeSnapshot } from '../../src/publishing/snapshot.ts';
import type { Archive } from '../../src/world/archive/archive.ts';
import { ethereumAddress } from '../../src/world/archive/ans104/data-item.ts';
import { parseArweaveKey } from '../../src/world/archive/arweave-key.ts';
import { arweaveArchive } from '../../src/world/archive/arweave.ts';
import { bundlerArchive } from '../../src/world/archive/bundler.ts';
import { httpArchiveGateway } from '../../src/world/archive/http-gateway.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { storeGateway } from '../../src/world/pin/store-gateway.ts';
import type { ArweaveEmulator } from '../emulators/arweave/start-emulator.ts';
import { memoryBlocks } from '../fakes/blocks.ts';
import { memoryFiles } from '../fakes/files.ts';
import { exampleLibrary } from '../ledger/experience.ts';
import { secretSigner } from '../world/archive/secret-signer.ts';
import { type SampleVersion, sampleVersion } from './sample-version.ts';

export const arweaveKey = parseArweaveKey(
  readFileSync(new URL('../emulators/arweave/test-key.json', import.meta.url), 'utf8'),
  'test-key.json',
);
const ethereumKey = new Uint8Array(32).fill(0x11);
export const never = new AbortController().signal;

export function archiveAt(
  emulator: Pick<ArweaveEmulator, 'url' | 'bundlerUrl'>,
  kind: 'arweave' | 'bundler',
  key = ethereumKey,
): Archive {
  const host = (address: string) => ({ address, fetch: globalThis.fetch });
  return kind === 'arweave'
    ? arweaveArchive({ host: host(emulator.url), network: 'zoo.emulator', key: async () => arweaveKey })
    : bundlerArchive({
        uploads: host(emulator.bundlerUrl),
        payments: host(emulator.bundlerUrl),
        gateway: host(emulator.url),
        payer: async () => ethereumAddress(secretSigner(key).owner),
        signer: async () => secretSigner(key),
      });
}

export const gatewayAt = (emulator: Pick<ArweaveEmulator, 'url'>) =>
  httpArchiveGateway({ address: emulator.url, fetch: globalThis.fetch });

/** One machine that archives: its outbox, its blocks. */
export function machine(emulator: ArweaveEmulator, kind: 'arweave' | 'bundler', changes: Partial<ArchiveWorld> = {}) {
  const approved: unknown[] = [];
  const world: ArchiveWorld = {
    blocks: memoryBlocks(),
    outbox: openOutbox({
      files: memoryFiles(),
      folder: 'outbox',
      clock: { now: () => 0, sleep: async () => {} },
      sha256,
    }),
    archive: archiveAt(emulator, kind),
    gateways: [gatewayAt(emulator)],
    signal: never,
    approve: async (offer) => void approved.push(offer),
    ...changes,
  };
  return { world, approved };
}

/** The versions of one library, each with a record more, the last with the given ones. */
export function libraryOf(
  versions: number,
  message = 'grows',
  from?: readonly SampleVersion[],
): readonly SampleVersion[] {
  const all: SampleVersion[] = [...(from ?? [])];
  for (let seq = all.length + 1; seq <= versions; seq++) {
    const { experiences } = exampleLibrary(seq + 2);
    all.push(nextVersion(all.at(-1), experiences, { message: `${message} ${seq}` }));
  }
  return all;
}

export function nextVersion(
  before: SampleVersion | undefined,
  experiences: readonly Experience[],
  change: { message?: string; time?: string; signatures?: readonly PublishedSignature[] } = {},
): SampleVersion {
  const roots = libraryRoots(sha256, experiences);
  const seq = (before?.commit.seq ?? 0) + 1;
  const commit = {
    ...sampleVersion([]).commit,
    seq,
    parents: before === undefined ? [] : [commitId(before.commit, sha256)],
    size: roots.size,
    recordsRoot: toHex(roots.recordsRoot),
    mapRoot: toHex(roots.mapRoot),
    message: change.message ?? `version ${seq}`,
    time: change.time ?? new Date(Date.UTC(2026, 0, seq)).toISOString(),
  };
  return {
    ...sampleVersion(experiences),
    commit,
    log: [...(before?.log ?? []), commit],
    signatures: change.signatures ?? [],
  };
}

/** What is archived of a version, kept in the blocks of a machine. */
export async function subjectOf(
  version: SampleVersion,
  { blocks }: Pick<ArchiveWorld, 'blocks'>,
): Promise<ArchiveSubject> {
  const snapshot = await takeSnapshot(version, sha256);
  await blocks.keep(snapshot.root, snapshot.stream(), { whole: true });
  const id = commitId(version.commit, sha256);
  const tags = archiveTags({
    commit: version.commit,
    commitId: id,
    library: commitId(version.log[0] ?? version.commit, sha256),
    cid: snapshot.cid,
    title: `zoo library v${version.commit.seq}`,
    appVersion: '0.1.0',
  });
  return { cid: snapshot.cid, commit: id, version: `v${version.commit.seq}`, name: 'library', tags };
}

/** Archives versions one after the other, each in blocks of its own; their ids. */
export async function archiveAll(
  emulator: ArweaveEmulator,
  versions: readonly SampleVersion[],
  kind: 'arweave' | 'bundler' = 'arweave',
): Promise<string[]> {
  const { world } = machine(emulator, kind);
  const ids: string[] = [];
  for (const version of versions) {
    const { remoteId } = await archiveVersion(await subjectOf(version, world), world);
    ids.push(remoteId as string);
    emulator.mine(12);
  }
  return ids;
}

export async function fetchIt(
  emulators: readonly Pick<ArweaveEmulator, 'url'>[],
  id: string,
  changes: Partial<Parameters<typeof fetchArchived>[1]> = {},
) {
  let kept = memoryKeeper();
  const archived = await fetchArchived(id, {
    keep: (_cid, fetch) => fetch((kept = memoryKeeper())),
    gateways: emulators.map(gatewayAt),
    kept: memoryBlocks(),
    temporary: memoryBlocks(),
    asGateway: (blocks) => storeGateway(blocks, 'what was downloaded'),
    sha256,
    signal: never,
    limits: { bytes: 100_000_000, records: 100_000 },
    ...changes,
  });
  return { ...archived, ...kept };
}
