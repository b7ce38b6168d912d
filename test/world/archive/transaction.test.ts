import { readFileSync } from 'node:fs';
import { generateTransactionChunks } from 'arweave/node/lib/merkle.js';
import Arweave from 'arweave';
import { describe, expect, it, vi } from 'vitest';
import { parseArweaveKey, walletAddress } from '../../../src/world/archive/arweave-key.ts';
import { chunkContent } from '../../../src/world/archive/transaction/chunks.ts';
import {
  type RawTransaction,
  decodeTransactionTags,
  encodeTransactionTags,
  verifyTransaction,
} from '../../../src/world/archive/transaction/transaction.ts';
import { contentOf } from './content.ts';

const keyText = readFileSync(new URL('../../emulators/arweave/test-key.json', import.meta.url), 'utf8');
const kib = 1024;

describe('chunks', () => {
  it.each([
    0,
    1,
    31 * kib,
    256 * kib - 1,
    256 * kib,
    256 * kib + 1,
    287 * kib,
    288 * kib,
    300 * kib,
    512 * kib,
    512 * kib + 1,
    (512 + 32) * kib,
    1024 * kib - 1,
    1024 * kib,
    5 * 256 * kib + 17,
    3_000_001,
  ])('of %i bytes are those of arweave', async (size) => {
    const data = Uint8Array.from({ length: size }, (_, index) => (index * 31 + (index >> 8)) & 0xff);
    const theirs = await generateTransactionChunks(data);
    const ours = await chunkContent(contentOf(data, 77_777));
    expect(Buffer.from(ours.root).toString('hex')).toBe(Buffer.from(theirs.data_root).toString('hex'));
    expect(ours.chunks.map(({ start, end }) => [start, end])).toEqual(
      theirs.chunks.map(({ minByteRange, maxByteRange }) => [minByteRange, maxByteRange]),
    );
    expect(ours.chunks.map(({ offset, path }) => ({ offset, proof: path }))).toEqual(theirs.proofs);
  });

  it('of content that is longer or shorter than it says are none', async () => {
    await expect(chunkContent({ ...contentOf('abc'), bytes: 2 })).rejects.toThrow('more content');
    await expect(chunkContent({ ...contentOf('abc'), bytes: 4 })).rejects.toThrow('less content');
  });
});

async function signed(): Promise<RawTransaction> {
  const arweave = Arweave.init({});
  const transaction = await arweave.createTransaction(
    { data: 'content', last_tx: '', reward: '1' },
    JSON.parse(keyText),
  );
  transaction.addTag('App-Name', 'zoo');
  await arweave.transactions.sign(transaction, JSON.parse(keyText));
  const { data: _, data_tree: __, ...raw } = transaction.toJSON();
  return JSON.parse(JSON.stringify(raw)) as RawTransaction;
}

describe('transactions', () => {
  it('of arweave verify, and with nothing in them changed', async () => {
    const raw = await signed();
    expect(await verifyTransaction(raw)).toBe(true);
    expect(decodeTransactionTags(raw)).toEqual([{ name: 'App-Name', value: 'zoo' }]);
    const warn = vi.spyOn(console, 'warn');
    const swap = (text: string) => (text.startsWith('A') ? `B${text.slice(1)}` : `A${text.slice(1)}`);
    const changes: Partial<RawTransaction>[] = [
      { id: swap(raw.id) },
      { owner: swap(raw.owner) },
      { tags: encodeTransactionTags([{ name: 'App-Name', value: 'zoO' }]) },
      { tags: [] },
      { data_size: '8' },
      { data_root: swap(raw.data_root) },
      { data_root: '' },
      { reward: '2' },
      { last_tx: swap(raw.id) },
      { signature: swap(raw.signature) },
      { owner: '' },
      { owner: 'AQAB' },
    ];
    for (const change of changes)
      expect(await verifyTransaction({ ...raw, ...change }), JSON.stringify(change).slice(0, 40)).toBe(false);
    expect(warn).not.toHaveBeenCalled();
  });

  it('with more tags than are allowed are not read', () => {
    expect(
      decodeTransactionTags({ tags: encodeTransactionTags([{ name: 'a', value: 'b'.repeat(2047) }]) }),
    ).toHaveLength(1);
    expect(
      decodeTransactionTags({ tags: encodeTransactionTags([{ name: 'a', value: 'b'.repeat(2048) }]) }),
    ).toBeUndefined();
    expect(decodeTransactionTags({ tags: [{ name: '_w', value: 'YQ' }] })).toBeUndefined();
  });
});

describe('the key file', () => {
  it('names its wallet as arweave does', async () => {
    const key = parseArweaveKey(keyText, 'key.json');
    expect(walletAddress(key)).toBe(await Arweave.init({}).wallets.jwkToAddress(JSON.parse(keyText)));
  });

  it.each([
    ['is no JSON', keyText.slice(0, -40)],
    ['lacks a number', JSON.stringify({ ...JSON.parse(keyText), d: undefined })],
    ['is that of another kind', JSON.stringify({ ...JSON.parse(keyText), kty: 'EC' })],
    ['is too short', JSON.stringify({ ...JSON.parse(keyText), n: 'abcd' })],
  ])('that %s is told without a character of it', (_, text) => {
    let told = '';
    try {
      parseArweaveKey(text, '/keys/arweave.json');
    } catch (thrown) {
      const { message, cause, hint } = thrown as Error & { hint: string };
      told = `${message} ${hint} ${String(cause)} ${JSON.stringify(thrown)}`;
    }
    expect(told).toContain('/keys/arweave.json');
    expect(told).toContain('ZOO_ARWEAVE_KEY');
    for (const secret of Object.values(JSON.parse(keyText) as Record<string, string>))
      for (let at = 0; secret.length > 100 && at + 6 < secret.length; at += 6)
        expect(told.includes(secret.slice(at, at + 6))).toBe(false);
  });
});
