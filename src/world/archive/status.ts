import { z } from 'zod';
import type { ArchiveReport } from './archive.ts';
import { type Host, askHost, parseAnswer, readJson, readText } from './request.ts';

/** Blocks that have to follow before a block is taken for final: Arweave's forks are shorter. */
const confirmationsNeeded = 10;

const statusSchema = z.object({
  block_height: z.int().min(0),
  block_indep_hash: z.string().max(100),
  number_of_confirmations: z.int().min(0),
});

const infoSchema = z.object({ network: z.string().regex(/^[\w.-]{1,64}$/) });

/** What a gateway knows of a transaction: `GET /tx/{id}/status`. */
export async function readStatus(host: Host, id: string): Promise<ArchiveReport> {
  const response = await askHost(host, `tx/${id}/status`, { expected: [202, 404, 410] });
  const text = await readText(host, response, 16 * 1024);
  // arlocal says that something is pending with the status 200.
  if (response.status === 202 || /^(pending|accepted)$/i.test(text.trim()))
    return { state: 'pending', detail: 'taken, and in no block yet' };
  if (response.status !== 200) return { state: 'absent' };
  const { block_height: height, number_of_confirmations: confirmations } = parseAnswer(host, text, statusSchema);
  const detail = `in block ${height}, which ${confirmations} follow`;
  return { state: confirmations >= confirmationsNeeded ? 'confirmed' : 'mined', detail };
}

/** Name of the network that a gateway leads to. */
export async function readNetwork(host: Host): Promise<string> {
  return (await readJson(host, await askHost(host, 'info'), infoSchema)).network;
}
