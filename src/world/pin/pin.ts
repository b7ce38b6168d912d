import type { Block, CidBytes } from '../../core/ipld/cid.ts';

/** What a target says of a root: it keeps the whole of it, is still gathering it, gave up, or knows nothing of it. */
export type PinState = 'pinned' | 'pinning' | 'failed' | 'absent';

export interface PinReport {
  readonly state: PinState;
  /** What the target calls it, where it has a name of its own. */
  readonly remoteId?: string | undefined;
  /** Why it failed, or how far it is. */
  readonly detail?: string | undefined;
}

/** What is remembered of an upload from one process to the next. */
export interface PinProgress {
  readonly remembered: Readonly<Record<string, string | number>>;
  /** Resolves when it is on the disk. */
  remember(values: Readonly<Record<string, string | number>>): Promise<void>;
}

/** A published version on its way to a target. */
export interface Shipment {
  readonly cid: string;
  readonly root: CidBytes;
  /** What people see it as, such as `library v3`. */
  readonly name: string;
  /** Bytes of the whole CAR. */
  readonly carBytes: number;
  /** The whole CAR as a file. */
  readonly carPath: string;
  /** The root of an earlier version that the target keeps, whose blocks it need not get again. */
  readonly base: string | undefined;
  /** The whole CAR from an offset on. */
  car(from?: number): AsyncIterable<Uint8Array>;
  /** The blocks, of which those of `base` may be left out, as CARs of about that many bytes, the root first in each. */
  parts(bytes: number, withoutBase: boolean): AsyncIterable<ShipmentPart>;
}

export interface ShipmentPart {
  readonly index: number;
  readonly last: boolean;
  readonly blocks: number;
  readonly car: Uint8Array<ArrayBuffer>;
}

/** Somewhere that keeps what is published. Errors are ZooErrors; a token never stands in one. */
export interface Pin {
  /** As it was asked for, such as `kubo:http://127.0.0.1:5001`; it holds no secret. */
  readonly target: string;
  status(cid: string, progress: PinProgress): Promise<PinReport>;
  /**
   * Sends what the target lacks. Doing it again does no harm, and what arrived before is not sent again where the
   * protocol allows that.
   *
   * @throws ZooError `pin-root-mismatch` when the target answers with another root than ours
   */
  send(shipment: Shipment, progress: PinProgress, signal: AbortSignal): Promise<PinReport>;
}

export interface KeptCar {
  readonly cid: string;
  readonly bytes: number;
  readonly blocks: number;
  /** The CAR holds everything that its root leads to. */
  readonly whole: boolean;
  /** RFC 3339. */
  readonly time: string;
  readonly name: string | null;
}

export interface CarFile extends KeptCar {
  readonly path: string;
  stream(from?: number, length?: number): AsyncIterable<Uint8Array>;
}

/** The embedded node's blocks. What is kept has been hashed; what is read may be trusted as the disk is. */
export interface BlockStore {
  get(cid: CidBytes): Promise<Uint8Array | undefined>;
  /**
   * A block and those that lie behind it, as they were kept: whoever wants what it leads to gets it by one reading, as long
   * as that is what comes. Nothing when the block is not there.
   */
  following(cid: CidBytes): AsyncIterable<Block>;
  /** The CAR that holds the whole of a root, if there is one. */
  car(root: CidBytes): Promise<CarFile | undefined>;
  /** All CARs, the newest first. */
  list(): Promise<readonly KeptCar[]>;
  /**
   * Keeps blocks as a CAR under their root, all or nothing. A whole CAR that is there already is left as it is.
   * `whole` must only be said of blocks that hold everything the root leads to.
   */
  keep(root: CidBytes, blocks: AsyncIterable<Block> | Iterable<Block>, options: KeepOptions): Promise<KeptCar>;
}

export interface KeepOptions {
  readonly whole: boolean;
  readonly name?: string | undefined;
}

/** Where blocks are fetched from; nothing that it says is believed before it is hashed. */
export interface Gateway {
  readonly name: string;
  /** @throws ZooError `not-found` when it does not have it, `gateway-failed` when it does not answer */
  block(cid: CidBytes, signal: AbortSignal): Promise<Uint8Array>;
  /** A CAR of a block and everything below it; undefined where it does not make CARs. */
  car(cid: CidBytes, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined>;
}
