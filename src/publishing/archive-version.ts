import { ZooError, exitCode } from '../core/error.ts';
import { parseCid } from '../core/ipld/cid.ts';
import type {
  Archive,
  ArchiveGateway,
  ArchiveProgress,
  ArchiveQuote,
  ArchiveReport,
  ArchiveTag,
  SignedArchive,
  SignedItem,
} from '../world/archive/archive.ts';
import type { BlockStore, CarFile } from '../world/pin/pin.ts';
import { archiveMark, sameClaims } from './archive-tags.ts';
import type { Outbox, OutboxEntry } from './outbox.ts';
import type { Delivery, Published } from './publish.ts';

export interface ArchiveWorld {
  readonly blocks: BlockStore;
  readonly outbox: Outbox;
  readonly archive: Archive;
  /** Asked whether the version was archived by another machine. */
  readonly gateways: readonly ArchiveGateway[];
  readonly signal: AbortSignal;
  /** Winston at most. */
  readonly maxCost?: bigint | undefined;
  /** Asked before anything is signed; throws when it is not wanted. */
  readonly approve: (offer: ArchiveOffer) => Promise<void>;
  /** Told the name of every step when it is done; a process may end at each of them. */
  readonly onStep?: ((step: ArchiveStep, target: string) => void | Promise<void>) | undefined;
}

type ArchiveStep = 'quoted' | 'looked-up' | 'approved' | 'signed' | 'asked' | 'sending' | 'part' | 'sent' | 'recorded';

export interface ArchiveOffer extends ArchiveQuote {
  readonly target: string;
  /** Bytes of the CAR. */
  readonly bytes: number;
  readonly version: string;
}

/** A version that the embedded node keeps, with the tags of its archive. */
export interface ArchiveSubject extends Published {
  readonly tags: readonly ArchiveTag[];
}

/**
 * Archives a version on Arweave, once. Its signed transaction stands in the outbox before it is sent, and with it the
 * id, by which the network is asked before anything is sent again.
 *
 * @throws ZooError `over-budget` (exit 4), `archive-unfunded`, `archive-wallet-busy`, and what the archive throws
 */
export async function archiveVersion(subject: ArchiveSubject, world: ArchiveWorld): Promise<Delivery> {
  const lock = await world.outbox.lock();
  try {
    const content = await keptCar(subject, world);
    let entry = (await find(subject, world)) ?? (await signOrAdopt(subject, content, world));
    let report = await ask(entry, world);
    await world.onStep?.('asked', entry.target);
    if (report.state === 'failed') {
      // It will never be in a block, so another one does not pay twice.
      await world.outbox.discard(entry);
      entry = await signOrAdopt(subject, content, world);
      report = await ask(entry, world);
    }
    if (mustBeSent(entry, report)) [entry, report] = await send(entry, report, content, world);
    await record(entry, report, world);
    await world.onStep?.('recorded', entry.target);
    return deliveryOf(entry, report);
  } finally {
    await lock.release();
  }
}

/** How a version stands, asked now; nothing is sent. */
export async function askArchive(subject: ArchiveSubject, world: ArchiveWorld): Promise<Delivery> {
  const entry = await find(subject, world);
  if (entry === undefined) return absent(world.archive.target, 'it was not archived from here');
  const report = await ask(entry, world);
  await record(entry, report, world);
  return deliveryOf(entry, report);
}

/** What archiving would cost; null where it was signed already. */
export async function quoteArchive(subject: ArchiveSubject, bytes: number, world: ArchiveWorld): Promise<ArchiveOffer> {
  return await offer(subject, bytes, world);
}

function find({ cid }: ArchiveSubject, { outbox, archive }: ArchiveWorld): Promise<OutboxEntry | undefined> {
  return outbox.find({ kind: 'archive', target: archive.target, cid });
}

async function signOrAdopt(subject: ArchiveSubject, content: CarFile, world: ArchiveWorld): Promise<OutboxEntry> {
  const { archive, outbox, onStep } = world;
  const offered = await offer(subject, content.bytes, world);
  await onStep?.('quoted', archive.target);
  const there = await findArchived(subject, content, offered.payer, world);
  await onStep?.('looked-up', archive.target);
  const about = { ...subjectOf(subject), kind: 'archive', target: archive.target } as const;
  if (there !== undefined) return await outbox.prepare(about, there);
  await waitForOthers(subject, world);
  checkCost(offered, world.maxCost);
  await world.approve(offered);
  await onStep?.('approved', archive.target);
  const signed = await archive.sign(content, subject.tags, offered);
  const entry = await outbox.prepare(about, signed.id, signed.payload);
  await onStep?.('signed', archive.target);
  return entry;
}

async function offer(subject: ArchiveSubject, bytes: number, { archive }: ArchiveWorld): Promise<ArchiveOffer> {
  const quote = await archive.quote(bytes, subject.tags);
  return { ...quote, target: archive.target, bytes, version: subject.version };
}

function checkCost({ price, balance, payer }: ArchiveOffer, maxCost: bigint | undefined): void {
  if (maxCost !== undefined && price > maxCost)
    throw new ZooError('over-budget', `the archive costs ${inAr(price)} AR, and ${inAr(maxCost)} are allowed`, {
      exitCode: exitCode.budget,
      hint: 'Allow more with --max-cost, or archive another version.',
      data: { price: String(price), maxCost: String(maxCost) },
    });
  if (price > balance)
    throw new ZooError(
      'archive-unfunded',
      `the archive costs ${inAr(price)} AR, and ${payer} has ${inAr(balance)} to pay with`,
      {
        hint: `Send what is lacking to ${payer}.`,
        data: { price: String(price), balance: String(balance), payer },
      },
    );
}

/** Two transactions of a wallet that wait at the same time would shut one another out. */
async function waitForOthers({ cid }: ArchiveSubject, { archive, outbox }: ArchiveWorld): Promise<void> {
  if (!archive.oneAtATime) return;
  for (const entry of await outbox.entries()) {
    if (entry.kind !== 'archive' || entry.target !== archive.target || entry.cid === cid) continue;
    if (entry.state === 'done' || entry.remoteId === null) continue;
    const { state } = await archive.status(entry.remoteId, await signedOf(entry, outbox));
    if (state === 'pending' || state === 'absent') throw busy(entry.remoteId, entry.version);
  }
}

/** An archive of exactly this content by the same payer, which another machine made. */
async function findArchived(
  subject: ArchiveSubject,
  content: CarFile,
  payer: string,
  { archive, gateways, signal }: ArchiveWorld,
): Promise<string | undefined> {
  const tags = [
    ...archiveMark,
    { name: 'Zoo-Commit', values: [subject.commit] },
    { name: 'IPFS-CID', values: [subject.cid] },
  ];
  const owners = payer.startsWith('0x') ? undefined : [payer];
  const isIt = async (item: SignedItem | undefined) =>
    item !== undefined &&
    sameClaims(item.tags, subject.tags) &&
    item.owners.includes(payer) &&
    (await item.holds(content));
  // An index lags behind the blocks; the wallet's last transaction is known at once.
  const last = (await archive.lastOf?.(payer)) ?? '';
  for (const gateway of gateways) {
    if (last !== '' && (await isIt(await openOrNot(gateway, last, signal)))) return last;
    for await (const { id, block } of gateway.find({ tags, owners, most: 1000 }, signal)) {
      const item = await openOrNot(gateway, id, signal);
      if (await isIt(item)) return id;
      if (item === undefined && block === null && archive.oneAtATime) throw busy(id, subject.version);
    }
  }
  return undefined;
}

/** Undefined for what the gateway does not have, or what does not verify. */
async function openOrNot(gateway: ArchiveGateway, id: string, signal: AbortSignal): Promise<SignedItem | undefined> {
  try {
    return await gateway.open(id, signal);
  } catch (thrown) {
    if (thrown instanceof ZooError && !signal.aborted) return undefined;
    throw thrown;
  }
}

async function ask(entry: OutboxEntry, { archive, outbox }: ArchiveWorld): Promise<ArchiveReport> {
  return await archive.status(entry.remoteId as string, await signedOf(entry, outbox));
}

async function signedOf(entry: OutboxEntry, outbox: Outbox): Promise<SignedArchive | undefined> {
  if (entry.payload === null) return undefined;
  return { id: entry.remoteId as string, payload: await outbox.payload(entry) };
}

function mustBeSent({ payload, progress }: OutboxEntry, { state }: ArchiveReport): boolean {
  return payload !== null && (progress['complete'] !== 1 || state === 'absent');
}

async function send(
  prepared: OutboxEntry,
  before: ArchiveReport,
  content: CarFile,
  { archive, outbox, signal, onStep }: ArchiveWorld,
): Promise<[OutboxEntry, ArchiveReport]> {
  // What the network forgot, it forgot with the chunks that it had.
  const forgotten = before.state === 'absent' && prepared.progress['complete'] === 1;
  let entry = await outbox.update(prepared, { state: 'sending', detail: null, ...(forgotten ? { progress: {} } : {}) });
  await onStep?.('sending', entry.target);
  const progress: ArchiveProgress = {
    get remembered() {
      return entry.progress;
    },
    remember: async (values) => {
      entry = await outbox.update(entry, { progress: { ...entry.progress, ...values } });
      await onStep?.('part', entry.target);
    },
  };
  const signed = (await signedOf(entry, outbox)) as SignedArchive;
  const report = await archive.send(signed, content, progress, signal);
  await onStep?.('sent', entry.target);
  const hidden: ArchiveReport = { state: 'pending', detail: 'taken; the gateway does not show it yet' };
  return [entry, report.state === 'absent' ? hidden : report];
}

async function record(entry: OutboxEntry, { state, detail }: ArchiveReport, { outbox }: ArchiveWorld): Promise<void> {
  const states = { confirmed: 'done', mined: 'sent', pending: 'sent', failed: 'failed', absent: entry.state } as const;
  await outbox.update(entry, { state: states[state], detail: detail ?? null });
}

function deliveryOf({ target, remoteId }: OutboxEntry, { state, detail }: ArchiveReport): Delivery {
  const states = {
    confirmed: 'pinned',
    mined: 'pinning',
    pending: 'pinning',
    failed: 'failed',
    absent: 'absent',
  } as const;
  return {
    target,
    state: states[state],
    remoteId,
    detail: detail ?? (state === 'absent' ? 'the network does not have it' : null),
    error: state === 'failed' ? 'archive-superseded' : state === 'absent' ? 'archive-absent' : null,
  };
}

function absent(target: string, detail: string): Delivery {
  return { target, state: 'absent', remoteId: null, detail, error: 'archive-absent' };
}

async function keptCar({ cid, name }: ArchiveSubject, { blocks }: ArchiveWorld): Promise<CarFile> {
  const car = await blocks.car(parseCid(cid));
  if (car !== undefined) return car;
  throw new ZooError('block-missing', `the embedded node does not keep ${name}`, {
    hint: 'Publish the version again; the blocks lie in --ipfs-dir (ZOO_IPFS_DIR).',
  });
}

function subjectOf({ cid, commit, version }: ArchiveSubject): Omit<Published, 'name'> {
  return { cid, commit, version };
}

function busy(id: string, version: string): ZooError {
  return new ZooError(
    'archive-wallet-busy',
    `the wallet's transaction ${id} (${version}) is in no block yet, and a second one would shut it out`,
    {
      hint: 'Run the same command again in a few minutes; "zoo publish <version> --arweave --status" shows how it stands.',
      data: { id, version },
    },
  );
}

/** Winston as AR, exactly. */
export function inAr(winston: bigint): string {
  const text = String(winston).padStart(13, '0');
  return `${text.slice(0, -12)}.${text.slice(-12)}`.replace(/\.?0+$/, '');
}
