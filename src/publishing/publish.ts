import type { Sha256 } from '../core/digest.ts';
import { ZooError, messageOf } from '../core/error.ts';
import { parseCid } from '../core/ipld/cid.ts';
import type { BlockStore, Pin, PinProgress, PinReport } from '../world/pin/pin.ts';
import type { Outbox, OutboxEntry, OutboxSubject } from './outbox.ts';
import { prepareShipment } from './shipment.ts';
import type { Snapshot } from './snapshot.ts';

export interface PublishWorld {
  readonly blocks: BlockStore;
  readonly outbox: Outbox;
  readonly pins: readonly Pin[];
  readonly sha256: Sha256;
  readonly signal: AbortSignal;
  /** Told the name of every step when it is done; a process may end at each of them. */
  readonly onStep?: ((step: PublishStep, target: string) => void | Promise<void>) | undefined;
}

type PublishStep = 'kept' | 'prepared' | 'asked' | 'sending' | 'part' | 'sent' | 'recorded';

/** A version that is published, in words that the outbox keeps. */
export type Published = Omit<OutboxSubject, 'kind' | 'target'> & { readonly name: string };

/** How a version stands at one target. */
export interface Delivery {
  readonly target: string;
  readonly state: 'pinned' | 'pinning' | 'failed' | 'absent';
  readonly remoteId: string | null;
  readonly detail: string | null;
  /** Stable code of what went wrong. */
  readonly error: string | null;
}

/**
 * Keeps a snapshot in the embedded node, then brings it to every target. Whatever is sent stands in the outbox before,
 * and a target that may already have it is asked before anything is sent again. A target that fails does not keep the
 * others from getting theirs.
 */
export async function publish(snapshot: Snapshot, published: Published, world: PublishWorld): Promise<Delivery[]> {
  const lock = await world.outbox.lock();
  try {
    await world.blocks.keep(snapshot.root, snapshot.stream(), { whole: true, name: published.name });
    await world.onStep?.('kept', '');
    const deliveries: Delivery[] = [];
    for (const pin of world.pins) deliveries.push(await attempt(pin, () => deliver(pin, published, world)));
    return deliveries;
  } finally {
    await lock.release();
  }
}

/** How a version stands at every target, asked now; what has become of it is written down. */
export async function askTargets(published: Published, world: PublishWorld): Promise<Delivery[]> {
  const deliveries: Delivery[] = [];
  for (const pin of world.pins)
    deliveries.push(
      await attempt(pin, async () => {
        const entry = await world.outbox.find({ kind: 'pin', target: pin.target, cid: published.cid });
        const report = await pin.status(published.cid, progressOf(entry, world));
        // What nobody sent and nobody has is not there to be written down.
        if (entry !== undefined) await record(entry, report, world);
        return deliveryOf(pin, report);
      }),
    );
  return deliveries;
}

async function deliver(pin: Pin, published: Published, world: PublishWorld): Promise<Delivery> {
  const { outbox, onStep } = world;
  const { name: _, ...subject } = published;
  let entry = await outbox.prepare({ ...subject, kind: 'pin', target: pin.target });
  await onStep?.('prepared', pin.target);
  let report = await pin.status(published.cid, progressOf(entry, world));
  await onStep?.('asked', pin.target);
  if (report.state === 'absent' || report.state === 'failed') {
    const base = await earlierVersion(pin, published, world);
    const shipment = await prepareShipment(
      world.blocks,
      { root: parseCid(published.cid), name: published.name, base },
      world.sha256,
    );
    entry = await outbox.update(entry, { state: 'sending', detail: null });
    await onStep?.('sending', pin.target);
    report = await pin.send(shipment, progressOf(entry, world), world.signal);
    await onStep?.('sent', pin.target);
  }
  await record(entry, report, world);
  await onStep?.('recorded', pin.target);
  return deliveryOf(pin, report);
}

/** The newest other version that the target keeps for sure, and this node as well. */
async function earlierVersion(pin: Pin, published: Published, world: PublishWorld): Promise<string | undefined> {
  for (const entry of await world.outbox.entries()) {
    const { kind, target, cid, state } = entry;
    if (kind !== 'pin' || target !== pin.target || cid === published.cid || state !== 'done') continue;
    if ((await world.blocks.car(parseCid(cid))) === undefined) continue;
    const { state: there } = await pin.status(cid, progressOf(entry, world));
    return there === 'pinned' ? cid : undefined;
  }
  return undefined;
}

async function record(entry: OutboxEntry, report: PinReport, { outbox }: PublishWorld): Promise<void> {
  const state = ({ pinned: 'done', pinning: 'sent', failed: 'failed', absent: 'failed' } as const)[report.state];
  const current = (await outbox.find(entry)) ?? entry;
  await outbox.update(current, {
    state: entry.state === 'prepared' && report.state === 'absent' ? 'prepared' : state,
    remoteId: report.remoteId ?? current.remoteId,
    detail: report.detail ?? null,
  });
}

/** What an adapter remembers goes into the entry, on the disk before the next part is sent. */
function progressOf(entry: OutboxEntry | undefined, { outbox, onStep }: PublishWorld): PinProgress {
  let current = entry;
  return {
    get remembered() {
      return current?.progress ?? {};
    },
    remember: async (values) => {
      if (current === undefined) return;
      current = await outbox.update(current, { progress: { ...current.progress, ...values } });
      await onStep?.('part', current.target);
    },
  };
}

/** What a target does wrong becomes what is told of it. */
export async function attempt(pin: Pin, act: () => Promise<Delivery>): Promise<Delivery> {
  try {
    return await act();
  } catch (thrown) {
    // An interrupt, a full disk or a defect ends the command; what a target does wrong is told and kept.
    if (!(thrown instanceof ZooError) || !/^(pin|service)-/.test(thrown.code)) throw thrown;
    const { hint } = thrown;
    return {
      target: pin.target,
      state: 'failed',
      remoteId: null,
      detail: hint === undefined ? messageOf(thrown) : `${messageOf(thrown)}. ${hint}`,
      error: thrown.code,
    };
  }
}

export function deliveryOf(pin: Pin, { state, remoteId, detail }: PinReport): Delivery {
  return {
    target: pin.target,
    state,
    remoteId: remoteId ?? null,
    detail: state === 'absent' ? 'it does not have it' : (detail ?? null),
    error: state === 'absent' ? 'pin-absent' : null,
  };
}
