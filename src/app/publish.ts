import type { Delivery, Published } from '../publishing/publish.ts';
import { askTargets, publish } from '../publishing/publish.ts';
import { writeAnchor } from '../publishing/anchor.ts';
import type { Config } from './config.ts';
import { snapshotOf } from './version-to-publish.ts';
import { ledgerAt } from './wire/ledgers.ts';
import { files, sha256 } from './wire/platform.ts';
import { blocksOf, openPins, outboxOf } from './wire/publishing.ts';

export interface PublishRequest {
  /** A version, tag or root; the newest version unless given. */
  readonly version: string | undefined;
  /** `send` what is lacking, `recover` the same with every target asked, `ask` only, or only `tell` what would happen. */
  readonly mode: 'send' | 'recover' | 'ask' | 'tell';
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
  if (request.mode === 'tell') return { ...about, targets: pins.map(({ target }) => untouched(target)) };
  if (request.mode === 'ask') return { ...about, targets: await askTargets(published, world) };
  const targets = await publish(snapshot, published, world);
  await writeAnchor(files, ledger.folder, {
    v: 1,
    version: entry.version,
    commit: entry.id,
    recordsRoot: entry.commit.recordsRoot,
    cid: snapshot.cid,
  });
  return { ...about, targets };
}

function untouched(target: string): Delivery {
  return { target, state: 'absent', remoteId: null, detail: 'would be sent', error: null };
}
