import { ZooError } from '../core/error.ts';
import { archiveTags } from '../publishing/archive-tags.ts';
import {
  type ArchiveOffer,
  type ArchiveSubject,
  type ArchiveWorld,
  archiveVersion,
  askArchive,
  quoteArchive,
} from '../publishing/archive-version.ts';
import type { Delivery, Published } from '../publishing/publish.ts';
import { askTargets, publish } from '../publishing/publish.ts';
import { writeAnchor } from '../publishing/anchor.ts';
import type { Config } from './config.ts';
import { version } from './package.ts';
import { snapshotOf } from './version-to-publish.ts';
import { type AskPassword, signerOf } from './wallet.ts';
import { type ArchiveKind, openArchive, openArchiveGateways } from './wire/archives.ts';
import { ledgerAt } from './wire/ledgers.ts';
import { files, sha256 } from './wire/platform.ts';
import { blocksOf, openPins, outboxOf } from './wire/publishing.ts';

export interface PublishRequest {
  /** A version, tag or root; the newest version unless given. */
  readonly version: string | undefined;
  /** `send` what is lacking, `recover` the same with every target asked, `ask` only, or only `tell` what would happen. */
  readonly mode: 'send' | 'recover' | 'ask' | 'tell';
  /** Ways to Arweave that it goes as well. */
  readonly archives?: readonly ArchiveKind[] | undefined;
  readonly archiving?: Archiving | undefined;
  readonly signal: AbortSignal;
  readonly onStep?: ((step: string, target: string) => void) | undefined;
}

export interface Publication {
  readonly version: string;
  readonly commit: string;
  readonly root: string;
  readonly cid: string;
  /** Bytes of its CAR. */
  readonly bytes: number;
  readonly blocks: number;
  readonly experiences: number;
  readonly targets: readonly Delivery[];
  /** What archives would cost, when nothing is sent. */
  readonly offers?: readonly ArchiveOffer[] | undefined;
}

/** Publishes a version to every target, or tells how it stands there. */
export async function publishVersion(config: Config, request: PublishRequest): Promise<Publication> {
  const ledger = ledgerAt(config.settings.library);
  const entry = await ledger.findVersion(request.version ?? 'HEAD');
  const snapshot = await snapshotOf(ledger, entry);
  const blocks = blocksOf(config);
  const published: Published = {
    cid: snapshot.cid,
    commit: entry.id,
    version: entry.version,
    name: `zoo library ${entry.version}`,
  };
  const pins = await openPins(config, blocks);
  const world = {
    blocks,
    outbox: outboxOf(ledger.folder),
    pins,
    sha256,
    signal: request.signal,
    onStep: request.onStep,
  };
  const about = {
    version: entry.version,
    commit: entry.id,
    root: entry.commit.recordsRoot,
    cid: snapshot.cid,
    bytes: snapshot.carBytes,
    blocks: snapshot.blocks,
    experiences: entry.commit.size,
  };
  const subject: ArchiveSubject = {
    ...published,
    tags: archiveTags({
      commit: entry.commit,
      commitId: entry.id,
      library: (await ledger.history())[0]?.id ?? entry.id,
      cid: snapshot.cid,
      title: published.name,
      appVersion: version,
    }),
  };
  const toArchives = (how: ArchiveAction) => eachArchive(config, request, { ...world, subject }, how);
  if (request.mode === 'tell') {
    const offers: ArchiveOffer[] = [];
    const archived = await toArchives(async (archive) => {
      const offered = await quoteArchive(subject, snapshot.carBytes, archive);
      offers.push(offered);
      return untouched(offered.target);
    });
    return { ...about, targets: [...pins.map(({ target }) => untouched(target)), ...archived], offers };
  }
  if (request.mode === 'ask') {
    const archived = await toArchives((archive) => askArchive(subject, archive));
    return { ...about, targets: [...(await askTargets(published, world)), ...archived] };
  }
  const targets = await publish(snapshot, published, world);
  const anchor = { v: 1, version: entry.version, commit: entry.id, recordsRoot: entry.commit.recordsRoot } as const;
  await writeAnchor(files, ledger.folder, { ...anchor, cid: snapshot.cid });
  const archived = await toArchives((archive) => archiveVersion(subject, archive));
  const ids = archived.flatMap(({ target, remoteId }) => (remoteId === null ? [] : [[target, remoteId] as const]));
  if (ids.length > 0)
    await writeAnchor(files, ledger.folder, { ...anchor, cid: snapshot.cid, archives: Object.fromEntries(ids) });
  return { ...about, targets: [...targets, ...archived] };
}

/** What has to be asked before anything is paid. */
export interface Archiving {
  /** Winston at most. */
  readonly maxCost: bigint | undefined;
  /** Throws when the offer is not taken. */
  readonly approve: (offer: ArchiveOffer) => Promise<void>;
  readonly askPassword: AskPassword;
  readonly warn: (text: string) => void;
}

type ArchiveAction = (world: ArchiveWorld) => Promise<Delivery>;

/** One way after the other. One that does not answer does not keep the version from the next. */
async function eachArchive(
  config: Config,
  { archives = [], archiving }: PublishRequest,
  world: Omit<ArchiveWorld, 'archive' | 'gateways' | 'approve'> & { readonly subject: ArchiveSubject },
  act: ArchiveAction,
): Promise<readonly Delivery[]> {
  if (archives.length === 0 || archiving === undefined) return [];
  const { maxCost, approve, askPassword, warn } = archiving;
  const payer = () => signerOf(config, askPassword);
  const gateways = await openArchiveGateways(config);
  const deliveries: Delivery[] = [];
  for (const kind of archives)
    try {
      const archive = await openArchive(kind, config, { payer, warn });
      deliveries.push(await act({ ...world, archive, gateways, maxCost, approve }));
    } catch (thrown) {
      if (!(thrown instanceof ZooError) || !thrown.code.startsWith('archive-')) throw thrown;
      const { hint, code } = thrown;
      const detail = hint === undefined ? thrown.message : `${thrown.message}. ${hint}`;
      deliveries.push({ target: kind, state: 'failed', remoteId: null, detail, error: code });
    }
  return deliveries;
}

function untouched(target: string): Delivery {
  return { target, state: 'absent', remoteId: null, detail: 'would be sent', error: null };
}
