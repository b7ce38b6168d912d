import { once } from 'node:events';
import { createServer } from 'node:net';

/** What a node says of a transaction that it has mined; hexadecimal. */
export interface Receipt {
  readonly status: string;
  readonly gasUsed: string;
  readonly contractAddress: string | null;
}

/** @throws Error where the transaction failed */
export async function receiptOf(url: string, transaction: Readonly<Record<string, string>>): Promise<Receipt> {
  // Enough for each: what a node estimates falls short when a second passes and a checkpoint of votes becomes a new one.
  const hash = await ask(url, 'eth_sendTransaction', [{ ...transaction, gas: '0x800000' }]);
  let receipt: Receipt | null = null;
  while (receipt === null) receipt = (await ask(url, 'eth_getTransactionReceipt', [hash])) as Receipt | null;
  if (receipt.status !== '0x1') throw new Error(`a transaction failed: ${JSON.stringify(transaction).slice(0, 500)}`);
  return receipt;
}

/** @throws Error what the node says */
export async function ask(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const answer = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  const { result, error } = (await answer.json()) as { result?: unknown; error?: { message: string } };
  if (error !== undefined) throw new Error(`${method}: ${error.message}`);
  return result;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
