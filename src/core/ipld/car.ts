import { decode } from '@ipld/dag-cbor';
import { CID } from 'multiformats/cid';
import type { Sha256 } from '../digest.ts';
import { ZooError, exitCode, messageOf } from '../error.ts';
import { equalBytes } from '../tree/hashing.ts';
import { type Block, type CidBytes, cidLength, cidOf, codecOf, codecs, digestOf, formatCid, fromLink } from './cid.ts';

/** A block that every IPFS implementation passes on (bitswap takes at most 2 MiB). */
export const maximumBlockBytes = 2 * 1024 * 1024;

/** The header of a CARv1 with one root: a varint and {roots: [root], version: 1} in DAG-CBOR (ipld.io/specs/transport/car/carv1). */
function carHeader(root: CidBytes): Uint8Array {
  const header = new Uint8Array(59);
  header.set([58, 0xa2, 0x65, 0x72, 0x6f, 0x6f, 0x74, 0x73, 0x81, 0xd8, 0x2a, 0x58, 0x25, 0x00]);
  header.set(root, 14);
  header.set([0x67, 0x76, 0x65, 0x72, 0x73, 0x69, 0x6f, 0x6e, 0x01], 14 + cidLength);
  return header;
}

/** Bytes of a block's frame before its content: a varint and the CID. */
export function framePrefix(blockBytes: number): number {
  return varintLength(cidLength + blockBytes) + cidLength;
}

/** Blocks from this size on are handed out as they are, not copied. */
const copiedBelow = 64 * 1024;
const nothing: readonly Uint8Array[] = [];

export interface CarWriterOptions {
  readonly pieceBytes?: number;
  /** Writes over a piece once the one after it was handed out, for callers that are done with each before the next. */
  readonly reuse?: boolean;
}

/**
 * Gathers blocks into pieces of about a quarter of a megabyte, so that a small block costs no write of its own. What it
 * hands out is not touched again, unless it may be reused.
 */
export class CarWriter {
  /** Bytes of the CAR so far, header counted. */
  size = 0;
  #piece: Uint8Array;
  #start = 0;
  #used = 0;
  readonly #pieceBytes: number;
  readonly #reuse: boolean;
  #spare: Uint8Array | undefined;

  constructor(root: CidBytes, { pieceBytes = 256 * 1024, reuse = false }: CarWriterOptions = {}) {
    this.#pieceBytes = Math.max(pieceBytes, 1024);
    this.#reuse = reuse;
    this.#piece = new Uint8Array(this.#pieceBytes);
    const header = carHeader(root);
    this.#piece.set(header);
    this.#used = header.length;
    this.size = header.length;
  }

  /** Adds a block; returns the pieces that are full. `size` minus the block's bytes is where its content starts. */
  add(cid: CidBytes, bytes: Uint8Array): readonly Uint8Array[] {
    const large = bytes.length >= copiedBelow;
    const prefix = framePrefix(bytes.length);
    const copied = large ? prefix : prefix + bytes.length;
    const full: Uint8Array[] = [];
    if (this.#used + copied > this.#piece.length) {
      full.push(this.#take());
      this.#next(copied);
    }
    this.#used = writeVarint(this.#piece, this.#used, cidLength + bytes.length);
    this.#piece.set(cid, this.#used);
    this.#used += cidLength;
    this.size += prefix + bytes.length;
    if (large) {
      full.push(this.#take(), bytes);
      return full;
    }
    this.#piece.set(bytes, this.#used);
    this.#used += bytes.length;
    return full.length === 0 ? nothing : full;
  }

  /** The rest. */
  end(): Uint8Array {
    return this.#take();
  }

  #next(copied: number): void {
    const spare = this.#spare;
    if (this.#reuse) this.#spare = this.#piece;
    const fits = this.#reuse && spare !== undefined && spare.length >= copied;
    this.#piece = fits ? spare : new Uint8Array(Math.max(this.#pieceBytes, copied));
    this.#start = 0;
    this.#used = 0;
  }

  #take(): Uint8Array {
    const piece = this.#piece.subarray(this.#start, this.#used);
    this.#start = this.#used;
    return piece;
  }
}

/** A CAR as a stream of pieces. */
export async function* encodeCar(
  root: CidBytes,
  blocks: AsyncIterable<Block> | Iterable<Block>,
): AsyncGenerator<Uint8Array> {
  const writer = new CarWriter(root);
  for await (const { cid, bytes } of blocks) yield* writer.add(cid, bytes);
  yield writer.end();
}

export interface CarLimits {
  readonly blockBytes: number;
  readonly totalBytes: number;
}

interface PlacedBlock extends Block {
  /** Where its content starts in the CAR. */
  readonly offset: number;
}

export interface CarReading {
  readonly roots: readonly CidBytes[];
  readonly blocks: AsyncGenerator<PlacedBlock>;
}

/**
 * Reads a CARv1 whose writer is not trusted: every block is hashed and compared with its CID before it is handed out,
 * and no length that the stream claims is believed beyond the limits.
 *
 * @throws ZooError `invalid-car`, `block-mismatch`, `too-large` (exit 5), now or while the blocks are read
 */
export async function readCar(
  source: AsyncIterable<Uint8Array>,
  sha256: Sha256,
  limits: CarLimits,
): Promise<CarReading> {
  const input = new ByteStream(source, limits.totalBytes);
  const length = await input.varint();
  if (length === undefined) throw invalidCar('it is empty');
  if (length === 0 || length > 64 * 1024) throw invalidCar(`its header claims ${length} bytes`);
  const roots = readHeader(await input.take(length));
  return { roots, blocks: readBlocks(input, sha256, limits) };
}

async function* readBlocks(input: ByteStream, sha256: Sha256, limits: CarLimits): AsyncGenerator<PlacedBlock> {
  try {
    for (;;) {
      const length = await input.varint();
      if (length === undefined) return;
      if (length > limits.blockBytes + 128)
        throw tooLarge(`a block of it claims ${length} bytes where ${limits.blockBytes} are allowed`);
      const section = await input.take(length);
      const { cid, start } = readCid(section);
      const bytes = section.subarray(start);
      if (!equalBytes(sha256(bytes), digestOf(cid)))
        throw new ZooError('block-mismatch', `a block does not have the content that its CID ${formatCid(cid)} names`, {
          exitCode: exitCode.verification,
          hint: 'Whoever sent it is broken or lies; fetch from another gateway (--gateway, ZOO_GATEWAY).',
        });
      yield { cid, bytes, offset: input.position - bytes.length };
    }
  } finally {
    await input.close();
  }
}

function readHeader(bytes: Uint8Array): CidBytes[] {
  let header: unknown;
  try {
    header = decode(bytes);
  } catch (cause) {
    throw invalidCar(`its header is no DAG-CBOR: ${messageOf(cause)}`);
  }
  if (typeof header !== 'object' || header === null || !('version' in header) || !('roots' in header))
    throw invalidCar('its header lacks version or roots');
  if (header.version !== 1) throw invalidCar(`it is of version ${String(header.version)}, and zoo reads version 1`);
  const { roots } = header;
  if (!Array.isArray(roots) || roots.length > 16) throw invalidCar('its header does not list its roots');
  return roots.map((root: unknown) => {
    const cid = CID.asCID(root);
    if (cid === null) throw invalidCar('a root in its header is no CID');
    return fromLink(cid);
  });
}

/** The CID that a section begins with; CIDv0 is taken as the CIDv1 of the same block. */
function readCid(section: Uint8Array): { cid: CidBytes; start: number } {
  if (section[0] === 0x12 && section[1] === 32 && section.length >= 34)
    return { cid: cidOf(codecs.dagPb, section.subarray(2, 34)), start: 34 };
  const known = section[1] === codecs.raw || section[1] === codecs.dagPb || section[1] === codecs.dagCbor;
  if (section.length < cidLength || section[0] !== 1 || !known || section[2] !== 0x12 || section[3] !== 32)
    throw invalidCar('a block of it has a CID that zoo does not read');
  return { cid: cidOf(codecOf(section), section.subarray(4, cidLength)), start: cidLength };
}

/** Bytes from a stream of pieces of any size. */
class ByteStream {
  position = 0;
  readonly #pieces: AsyncIterator<Uint8Array>;
  readonly #most: number;
  #piece: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(source: AsyncIterable<Uint8Array>, most: number) {
    this.#pieces = source[Symbol.asyncIterator]();
    this.#most = most;
  }

  /** Undefined at the end of the stream. */
  async varint(): Promise<number | undefined> {
    let value = 0;
    for (let shift = 0; shift < 7; shift++) {
      if (this.#at === this.#piece.length && !(await this.#fill())) {
        if (shift === 0) return undefined;
        throw invalidCar('it ends in the middle of a length');
      }
      const byte = this.#piece[this.#at++] as number;
      this.position++;
      value += (byte & 0x7f) * 2 ** (7 * shift);
      if (byte < 0x80) return value;
    }
    throw invalidCar('a length in it is too long');
  }

  async take(length: number): Promise<Uint8Array> {
    if (this.#piece.length - this.#at >= length) {
      const bytes = this.#piece.subarray(this.#at, this.#at + length);
      this.#at += length;
      this.position += length;
      return bytes;
    }
    const bytes = new Uint8Array(length);
    for (let filled = 0; filled < length;) {
      if (this.#at === this.#piece.length && !(await this.#fill()))
        throw invalidCar('it ends in the middle of a block');
      const part = this.#piece.subarray(this.#at, this.#at + length - filled);
      bytes.set(part, filled);
      filled += part.length;
      this.#at += part.length;
    }
    this.position += length;
    return bytes;
  }

  async close(): Promise<void> {
    await this.#pieces.return?.();
  }

  async #fill(): Promise<boolean> {
    for (;;) {
      const { value, done } = await this.#pieces.next();
      if (done === true) return false;
      if (value.length === 0) continue;
      if (this.position + value.length > this.#most) throw tooLarge(`it is larger than ${this.#most} bytes`);
      this.#piece = value;
      this.#at = 0;
      return true;
    }
  }
}

function varintLength(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : 4;
}

function writeVarint(into: Uint8Array, at: number, value: number): number {
  let rest = value;
  let next = at;
  for (; rest >= 0x80; rest >>>= 7) into[next++] = (rest & 0x7f) | 0x80;
  into[next++] = rest;
  return next;
}

function invalidCar(why: string): ZooError {
  return new ZooError('invalid-car', `a CAR cannot be read: ${why}`, {
    exitCode: exitCode.verification,
    hint: 'Fetch it again, or from another gateway (--gateway, ZOO_GATEWAY).',
  });
}

function tooLarge(why: string): ZooError {
  return new ZooError('too-large', `a CAR is not taken: ${why}`, {
    exitCode: exitCode.verification,
    hint: 'If it is meant to be that large, allow it with --max-bytes (ZOO_MAX_BYTES).',
  });
}
