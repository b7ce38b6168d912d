import type { JsonRpcProvider, Log } from 'ethers';

/**
 * The logs of a range of blocks, the oldest first, in as few questions as the node allows: a range that it refuses is
 * halved, and one that it answers makes the next one larger.
 */
export async function readLogs(
  provider: Pick<JsonRpcProvider, 'getLogs'>,
  filter: { readonly address: string; readonly topics: readonly (string | readonly string[])[] },
  range: { readonly from: number; readonly to: number },
): Promise<readonly Log[]> {
  const logs: Log[] = [];
  let size = Math.max(1, range.to - range.from + 1);
  for (let from = range.from; from <= range.to;) {
    const to = Math.min(range.to, from + size - 1);
    try {
      const topics = filter.topics.map((topic) => (typeof topic === 'string' ? topic : [...topic]));
      logs.push(...(await provider.getLogs({ address: filter.address, topics, fromBlock: from, toBlock: to })));
      from = to + 1;
      size *= 2;
    } catch (thrown) {
      if (size === 1 || !mayBeTooMuch(thrown)) throw thrown;
      size = Math.ceil((to - from + 1) / 2);
    }
  }
  return logs;
}

/** Nodes have many words for a range or an answer that is too large; a node that is not there at all has none. */
function mayBeTooMuch(thrown: unknown): boolean {
  const { code, error, info, response } = thrown as Record<string, unknown>;
  return (
    code === 'TIMEOUT' || code === 'TOO_LARGE' || error !== undefined || response !== undefined || info !== undefined
  );
}
