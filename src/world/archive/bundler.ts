import { z } from 'zod';
import { ZooError } from '../../core/error.ts';
import { type ItemSigner, decodeHead, encodeHead, headBytes, itemId, signItem } from './ans104/data-item.ts';
import type {
  Archive,
  ArchiveContent,
  ArchiveProgress,
  ArchiveQuote,
  ArchiveReport,
  ArchiveTag,
  SignedArchive,
} from './archive.ts';
import { type Host, askHost, readJson, readText } from './request.ts';
import { readStatus } from './status.ts';

export interface BundlerOptions {
  /** Takes data items, such as `https://upload.ardrive.io/v1`. */
  readonly uploads: Host;
  /** Sells credits, such as `https://payment.ardrive.io/v1`. */
  readonly payments: Host;
  /** A gateway that knows what is in a block. */
  readonly gateway: Host;
  /** The address of Ethereum that pays, 0x… */
  readonly payer: () => Promise<string>;
  /** Asked for when something is signed. */
  readonly signer: () => Promise<ItemSigner>;
}

const creditsSchema = z.object({ winc: z.string().regex(/^\d{1,30}$/) });
const receiptSchema = z.object({ id: z.string().max(64) });
const statusSchema = z.object({
  status: z.string().max(64),
  reason: z.string().max(1000).nullish(),
  bundleId: z.string().max(64).nullish(),
});

/** A data item of ANS-104, signed by a key of Ethereum and given to a bundler (the protocol of ArDrive's Turbo). */
export function bundlerArchive({ uploads, payments, gateway, payer, signer }: BundlerOptions): Archive {
  return { target: `bundler:${uploads.address}`, oneAtATime: false, quote, sign, status, send };

  async function quote(bytes: number, tags: readonly ArchiveTag[]): Promise<ArchiveQuote> {
    const pays = (await payer()).toLowerCase();
    // The head is paid as well.
    const head = headBytes(tags);
    const { winc: price } = await readJson(
      payments,
      await askHost(payments, `price/bytes/${bytes + head}`),
      creditsSchema,
    );
    return { payer: pays, price: BigInt(price), balance: await balanceOf(pays) };
  }

  async function balanceOf(address: string): Promise<bigint> {
    const response = await askHost(payments, `account/balance/ethereum?address=${address}`, { expected: [404] });
    // An account that never paid is not found, which is told as plain text.
    if (response.status !== 404) return BigInt((await readJson(payments, response, creditsSchema)).winc);
    await readText(payments, response, 16 * 1024);
    return 0n;
  }

  async function sign(content: ArchiveContent, tags: readonly ArchiveTag[]): Promise<SignedArchive> {
    const head = await signItem(content, tags, await signer());
    return { id: itemId(head.signature), payload: encodeHead(head, tags.length) };
  }

  async function status(id: string): Promise<ArchiveReport> {
    const response = await askHost(uploads, `tx/${id}/status`, { expected: [404] });
    if (response.status === 404) {
      await readText(uploads, response, 16 * 1024);
      // The bundler may have forgotten what is in a block long since.
      return await readStatus(gateway, id);
    }
    const { status: word, reason, bundleId } = await readJson(uploads, response, statusSchema);
    if (word === 'FINALIZED') return { state: 'confirmed', detail: `in the bundle ${bundleId ?? '?'}` };
    if (word === 'CONFIRMED') return { state: 'pending', detail: 'taken by the bundler, and not final yet' };
    if (word === 'FAILED') return { state: 'failed', detail: reason ?? 'the bundler gave it up' };
    return { state: 'absent', detail: word };
  }

  async function send(
    signed: SignedArchive,
    content: ArchiveContent,
    progress: ArchiveProgress,
    signal: AbortSignal,
  ): Promise<ArchiveReport> {
    if ((await status(signed.id)).state === 'absent')
      try {
        await post(signed, content, signal);
      } catch (thrown) {
        signal.throwIfAborted();
        // An error after it was taken is no error.
        if ((await status(signed.id)).state === 'absent') throw thrown;
      }
    await progress.remember({ complete: 1 });
    return await status(signed.id);
  }

  async function post(signed: SignedArchive, content: ArchiveContent, signal: AbortSignal): Promise<void> {
    const length = signed.payload.length + content.bytes;
    const body = ReadableStream.from(itemBytes(signed, content));
    const headers = { 'content-type': 'application/octet-stream', 'content-length': String(length) };
    // 202: it was taken before.
    const answer = await askHost(uploads, 'tx/ethereum', { method: 'POST', headers, body, signal, expected: [402] });
    if (answer.status === 402) {
      await readText(uploads, answer, 16 * 1024);
      throw new ZooError('archive-unpaid', `${uploads.address} wants credits first`, {
        hint: 'Buy credits for the address of your Ethereum key, then run the same command again.',
      });
    }
    if (answer.status === 202) return void (await readText(uploads, answer, 64 * 1024));
    const { id } = await readJson(uploads, answer, receiptSchema);
    if (id === signed.id) return;
    throw new ZooError('archive-wrong-id', `${uploads.address} made ${id} of what is ${signed.id}`, {
      hint: 'What it keeps is not what was signed. Do not rely on it; use another bundler (--bundler-url).',
    });
  }
}

async function* itemBytes(signed: SignedArchive, content: ArchiveContent): AsyncGenerator<Uint8Array> {
  if (decodeHead(signed.payload)?.length !== signed.payload.length)
    throw new ZooError('outbox-damaged', `the signed head of ${signed.id} is not what was written`);
  yield signed.payload;
  yield* content.stream();
}
