import { createHash, randomBytes } from 'node:crypto';
import Arweave from 'arweave';
import { validatePath } from 'arweave/node/lib/merkle.js';

/** A transaction as it is sent, without content. */
export interface RawTransaction {
  readonly format: number;
  readonly id: string;
  readonly last_tx: string;
  readonly owner: string;
  readonly tags: readonly { readonly name: string; readonly value: string }[];
  readonly target: string;
  readonly quantity: string;
  readonly data_size: string;
  readonly data_root: string;
  readonly reward: string;
  readonly signature: string;
}

export interface EmulatedBlock {
  readonly height: number;
  readonly id: string;
  readonly timestamp: number;
}

/** Anything that GraphQL lists: a transaction, a bundle of the emulated bundler, or an item in one. */
export interface Listed {
  readonly id: string;
  readonly owner: Uint8Array;
  readonly signature: string;
  readonly anchor: string;
  readonly target: string;
  readonly tags: readonly { readonly name: string; readonly value: string }[];
  readonly size: number;
  block: EmulatedBlock | undefined;
  bundledIn: string | undefined;
  /** Undefined until all chunks are there. */
  data(): Uint8Array | undefined;
}

interface Wallet {
  balance: bigint;
  lastTransaction: string;
}

export type Answer = { readonly status: number; readonly body: string };

/**
 * The state of an EMULATED Arweave network: blocks, wallets, what waits, what is stored. It keeps the rules that zoo
 * relies on (signatures, anchors, payment once a transaction is in a block, chunks against their root) and no others.
 */
export class EmulatedWeave {
  readonly blocks: EmulatedBlock[] = [];
  readonly wallets = new Map<string, Wallet>();
  readonly listed = new Map<string, Listed>();
  /** In order of arrival. */
  readonly waiting = new Map<string, RawTransaction>();
  readonly mined = new Map<string, RawTransaction>();
  readonly payments: { readonly id: string; readonly payer: string; readonly winston: bigint }[] = [];
  readonly #stores = new Map<string, { readonly bytes: Uint8Array; readonly there: Set<number>; count: number }>();
  /** Seconds. */
  #time = 1_760_000_000;

  constructor() {
    this.mine(1);
  }

  get height(): number {
    return this.blocks.length - 1;
  }

  wallet(address: string): Wallet {
    const there = this.wallets.get(address) ?? { balance: 0n, lastTransaction: '' };
    this.wallets.set(address, there);
    return there;
  }

  price(bytes: number): bigint {
    return 1_000_000n + BigInt(Math.ceil(bytes / (256 * 1024))) * 500_000n;
  }

  async accept(raw: RawTransaction): Promise<Answer> {
    if (this.waiting.has(raw.id) || this.mined.has(raw.id))
      return { status: 208, body: 'Transaction already processed.' };
    if (raw.format !== 2 || !(await isSigned(raw))) return { status: 400, body: 'Transaction verification failed.' };
    if (!this.#isAnchored(raw)) return { status: 400, body: 'Invalid anchor (last_tx).' };
    if (BigInt(raw.reward) < this.price(Number(raw.data_size))) return { status: 400, body: 'The reward is too low.' };
    const payer = addressOf(decode(raw.owner));
    if (this.wallet(payer).balance < BigInt(raw.reward))
      return { status: 400, body: 'Waiting TXs exceed balance for wallet.' };
    this.waiting.set(raw.id, raw);
    const size = Number(raw.data_size);
    const key = `${raw.data_root}/${size}`;
    if (!this.#stores.has(key)) this.#stores.set(key, { bytes: new Uint8Array(size), there: new Set(), count: 0 });
    this.listed.set(raw.id, {
      id: raw.id,
      owner: decode(raw.owner),
      signature: raw.signature,
      anchor: raw.last_tx,
      target: raw.target,
      tags: raw.tags.map(({ name, value }) => ({ name: decode(name).toString(), value: decode(value).toString() })),
      size,
      block: undefined,
      bundledIn: undefined,
      data: () => {
        const store = this.#stores.get(key);
        return store?.count === size ? store.bytes : undefined;
      },
    });
    return { status: 200, body: 'OK' };
  }

  async acceptChunk(
    chunk: Record<'data_root' | 'data_size' | 'data_path' | 'offset' | 'chunk', string>,
  ): Promise<Answer> {
    const [size, offset, bytes] = [Number(chunk.data_size), Number(chunk.offset), decode(chunk.chunk)];
    const store = this.#stores.get(`${chunk.data_root}/${size}`);
    if (store === undefined) return { status: 400, body: JSON.stringify({ error: 'data_root_not_found' }) };
    const path = decode(chunk.data_path);
    const place = await validatePath(decode(chunk.data_root), offset, 0, size, path);
    const hash = createHash('sha256').update(bytes).digest();
    // The leaf's hash stands before the last 32 bytes of the path.
    if (place === false || place.chunkSize !== bytes.length || !hash.equals(path.subarray(-64, -32)))
      return { status: 400, body: JSON.stringify({ error: 'invalid_proof' }) };
    if (!store.there.has(place.leftBound)) {
      store.there.add(place.leftBound);
      store.bytes.set(bytes, place.leftBound);
      store.count += bytes.length;
    }
    return { status: 200, body: '{}' };
  }

  /** Makes blocks; what waits and still keeps the rules is in the first, paid, and the rest of it is gone. */
  mine(blocks = 1): void {
    for (let made = 0; made < blocks; made++) {
      this.#time += 120;
      const block = { height: this.blocks.length, id: randomBytes(48).toString('base64url'), timestamp: this.#time };
      this.blocks.push(block);
      for (const [id, raw] of this.waiting) {
        this.waiting.delete(id);
        const payer = addressOf(decode(raw.owner));
        const wallet = this.wallet(payer);
        const listed = this.listed.get(id) as Listed;
        if (!this.#isAnchored(raw) || wallet.balance < BigInt(raw.reward)) {
          this.listed.delete(id);
          continue;
        }
        wallet.balance -= BigInt(raw.reward);
        wallet.lastTransaction = id;
        this.payments.push({ id, payer, winston: BigInt(raw.reward) });
        this.mined.set(id, raw);
        listed.block = block;
      }
    }
  }

  #isAnchored({ last_tx: anchor, owner }: RawTransaction): boolean {
    if (anchor === this.wallet(addressOf(decode(owner))).lastTransaction) return true;
    return this.blocks.slice(-50).some(({ id }) => id === anchor);
  }
}

export function addressOf(owner: Uint8Array): string {
  return createHash('sha256').update(owner).digest('base64url');
}

async function isSigned(raw: RawTransaction): Promise<boolean> {
  const arweave = Arweave.init({});
  try {
    return await arweave.transactions.verify(arweave.transactions.fromRaw({ ...raw, tags: [...raw.tags], data: '' }));
  } catch {
    return false;
  }
}

function decode(text: string): Buffer {
  return Buffer.from(text, 'base64url');
}
