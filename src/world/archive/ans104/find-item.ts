import { z } from 'zod';
import type { ArchiveTag } from '../archive.ts';
import { fromBase64Url, toBase64Url } from '../base64url.ts';
import { type Host, askHost, bodyOf, readJson } from '../request.ts';
import { type ItemHead, decodeHead, headBytesAtMost, itemId } from './data-item.ts';
import { decodeTags, encodeTags } from './tags.ts';

/** A data item's head, as a gateway tells it. Its id is that of its signature; what it signs is not proven. */
export interface FoundItem {
  readonly head: ItemHead;
  readonly tags: readonly ArchiveTag[];
  /** Bytes of the content. */
  readonly bytes: number;
}

const itemSchema = z.object({
  signature: z.string().max(200).nullish(),
  owner: z.object({ key: z.string().max(200).nullish() }).nullish(),
  anchor: z.string().max(100).nullish(),
  recipient: z.string().max(100).nullish(),
  tags: z.array(z.object({ name: z.string(), value: z.string() })).max(128),
  data: z.object({ size: z.coerce.number().int().min(0) }),
  bundledIn: z.object({ id: z.string().regex(/^[A-Za-z0-9_-]{43}$/) }).nullish(),
});
const answerSchema = z.object({ data: z.object({ transaction: itemSchema.nullish() }) });

const query = `query($id: ID!) {
  transaction(id: $id) {
    signature owner { key } anchor recipient tags { name value } data { size } bundledIn { id }
  }
}`;

/** Items of one bundle whose index is read. */
const itemsAtMost = 100_000;

/**
 * A data item as GraphQL tells it; where its signature is missing there, as gateways do that index without signatures,
 * as it lies in its bundle. Undefined when the gateway does not know it.
 */
export async function findItem(host: Host, id: string, signal: AbortSignal): Promise<FoundItem | undefined> {
  const response = await askHost(host, 'graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { id } }),
    signal,
  });
  const { transaction } = (await readJson(host, response, answerSchema)).data;
  if (transaction == null) return undefined;
  const told = itemOf(transaction, id);
  if (told !== undefined || transaction.bundledIn == null) return told;
  return await readBundled(host, transaction.bundledIn.id, id, signal);
}

function itemOf(item: z.infer<typeof itemSchema>, id: string): FoundItem | undefined {
  const part = (text: string | null | undefined) => fromBase64Url(text ?? '') ?? new Uint8Array(0);
  const signature = part(item.signature);
  if (itemId(signature) !== id) return undefined;
  return {
    head: {
      signature,
      owner: part(item.owner?.key),
      target: part(item.recipient),
      anchor: part(item.anchor),
      tags: encodeTags(item.tags),
    },
    tags: item.tags,
    bytes: item.data.size,
  };
}

/** Reads the index of a bundle (32 bytes of count; 32 of size and 32 of id for each item), then the head of the item. */
async function readBundled(
  host: Host,
  bundle: string,
  id: string,
  signal: AbortSignal,
): Promise<FoundItem | undefined> {
  const read = (start: number, length: number) => readRange(host, bundle, start, length, signal);
  const count = littleEndian(await read(0, 32));
  if (count > itemsAtMost) return undefined;
  const index = await read(32, count * 64);
  let start = 32 + count * 64;
  for (let place = 0; place + 64 <= index.length; place += 64) {
    const size = littleEndian(index.subarray(place, place + 32));
    if (toBase64Url(index.subarray(place + 32, place + 64)) === id) {
      const decoded = decodeHead(await read(start, Math.min(size, headBytesAtMost)));
      const tags = decoded === undefined ? undefined : decodeTags(decoded.head.tags);
      if (decoded === undefined || tags?.length !== decoded.tagCount) return undefined;
      return { head: decoded.head, tags, bytes: size - decoded.length };
    }
    start += size;
  }
  return undefined;
}

async function readRange(
  host: Host,
  id: string,
  start: number,
  length: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (length === 0) return new Uint8Array(0);
  const headers = { range: `bytes=${start}-${start + length - 1}` };
  const response = await askHost(host, `raw/${id}`, { headers, signal, expected: [404, 416] });
  const parts: Uint8Array[] = [];
  // A gateway that knows no ranges sends everything, which is read as far as needed.
  let [skip, left] = [response.status === 206 ? 0 : start, response.ok ? length : 0];
  for await (const piece of bodyOf(host, response, signal)) {
    const part = piece.subarray(Math.min(skip, piece.length)).subarray(0, left);
    skip = Math.max(0, skip - piece.length);
    left -= part.length;
    parts.push(part);
    if (left <= 0) break;
  }
  return Buffer.concat(parts);
}

function littleEndian(bytes: Uint8Array): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}
