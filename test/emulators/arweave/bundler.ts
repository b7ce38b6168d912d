import { createHash, randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { computeAddress, getBytes, hexlify, verifyMessage } from 'ethers';
import { decodeTags } from '../../../src/world/archive/ans104/tags.ts';
import type { Answer, EmulatedWeave, Listed } from './weave.ts';

const { default: deepHash } = createRequire(import.meta.url)('arweave/node/lib/deepHash.js') as {
  default: (data: unknown) => Promise<Uint8Array>;
};

/** An EMULATED bundler: takes data items that a key of Ethereum signed, for credits, and brings them into blocks. */
export class EmulatedBundler {
  /** Winston by address, lower case. */
  readonly credits = new Map<string, bigint>();
  readonly charged: { readonly id: string; readonly winston: bigint }[] = [];
  /** Items by id with their bytes, head included. */
  readonly items = new Map<string, Uint8Array>();
  readonly #waiting: string[] = [];
  readonly #weave: EmulatedWeave;

  constructor(weave: EmulatedWeave) {
    this.#weave = weave;
  }

  async accept(bytes: Uint8Array): Promise<Answer> {
    const item = await readItem(bytes);
    if (item === undefined) return { status: 400, body: 'Invalid Data Item!' };
    const { listed, address } = item;
    if (this.items.has(listed.id)) return { status: 202, body: 'Data Item already received' };
    const price = this.price(bytes.length);
    const balance = this.credits.get(address) ?? 0n;
    if (balance < price) return { status: 402, body: 'Insufficient balance' };
    this.credits.set(address, balance - price);
    this.charged.push({ id: listed.id, winston: price });
    this.items.set(listed.id, bytes);
    this.#waiting.push(listed.id);
    this.#weave.listed.set(listed.id, listed);
    return { status: 200, body: JSON.stringify({ id: listed.id, timestamp: Date.now(), winc: String(price) }) };
  }

  price(bytes: number): bigint {
    return this.#weave.price(bytes) + 1n;
  }

  status(id: string): Answer {
    const listed = this.#weave.listed.get(id);
    if (listed === undefined || !this.items.has(id)) return { status: 404, body: "TX doesn't exist" };
    const mined = listed.block !== undefined && this.#weave.height - listed.block.height >= 10;
    return {
      status: 200,
      body: JSON.stringify({ status: mined ? 'FINALIZED' : 'CONFIRMED', bundleId: listed.bundledIn, info: 'emulated' }),
    };
  }

  /** Puts what waits into one bundle in the newest block. That the bundler signs it is not emulated. */
  bundle(): void {
    const ids = this.#waiting.splice(0);
    if (ids.length === 0) return;
    const items = ids.map((id) => this.items.get(id) as Uint8Array);
    const index = ids.flatMap((id, place) => [
      littleEndian((items[place] as Uint8Array).length),
      Buffer.from(id, 'base64url'),
    ]);
    const data = Buffer.concat([littleEndian(items.length), ...index, ...items]);
    const bundle = randomBytes(32).toString('base64url');
    const block = this.#weave.blocks.at(-1);
    this.#weave.listed.set(bundle, {
      id: bundle,
      owner: randomBytes(512),
      signature: '',
      anchor: '',
      target: '',
      tags: [
        { name: 'Bundle-Format', value: 'binary' },
        { name: 'Bundle-Version', value: '2.0.0' },
      ],
      size: data.length,
      block,
      bundledIn: undefined,
      data: () => data,
    });
    for (const id of ids) Object.assign(this.#weave.listed.get(id) as Listed, { block, bundledIn: bundle });
  }
}

/** Reads and verifies an item: with the deep hash of `arweave` and the signatures of `ethers`, not with zoo's own. */
async function readItem(bytes: Uint8Array): Promise<{ listed: Listed; address: string } | undefined> {
  const view = Buffer.from(bytes);
  if (view.length < 150 || view.readUInt16LE(0) !== 3) return undefined;
  const [signature, owner] = [view.subarray(2, 67), view.subarray(67, 132)];
  let at = 132;
  const optional = () => {
    const present = view[at++] === 1;
    const value = view.subarray(at, present ? at + 32 : at);
    at += value.length;
    return value;
  };
  const [target, anchor] = [optional(), optional()];
  const [count, length] = [Number(view.readBigUInt64LE(at)), Number(view.readBigUInt64LE(at + 8))];
  const tagBytes = view.subarray(at + 16, at + 16 + length);
  const tags = decodeTags(tagBytes);
  const data = view.subarray(at + 16 + length);
  if (tags?.length !== count) return undefined;
  const text = (value: string) => new TextEncoder().encode(value);
  const message = await deepHash([text('dataitem'), text('1'), text('3'), owner, target, anchor, tagBytes, data]);
  const address = computeAddress(hexlify(owner)).toLowerCase();
  if (verifyMessage(getBytes(message), hexlify(signature)).toLowerCase() !== address) return undefined;
  return {
    address,
    listed: {
      id: createHash('sha256').update(signature).digest('base64url'),
      owner,
      signature: signature.toString('base64url'),
      anchor: anchor.toString('base64url'),
      target: target.toString('base64url'),
      tags,
      size: data.length,
      block: undefined,
      bundledIn: undefined,
      data: () => data,
    },
  };
}

function littleEndian(value: number): Uint8Array {
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes;
}
