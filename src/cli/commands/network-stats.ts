import type { NetworkStats } from '../../governance/network-stats.ts';
import type { Invocation } from '../invocation.ts';
import { cleanLine } from '../view/clean-text.ts';
import { count } from '../view/train-lines.ts';

/** `zoo network stats`: turnout, who holds KEEPER, and the targets of the paper (12.2). */
export async function networkStats({ terminal, config }: Invocation): Promise<void> {
  const { openPlace } = await import('../../app/chain.ts');
  const { networks } = await import('../../app/networks.ts');
  const { networkStats: ask } = await import('../../governance/network-stats.ts');
  const { whole } = await import('../../governance/propose.ts');
  const settled = await config();
  const stats = await ask(await openPlace(settled));
  terminal.document(withoutBigints(stats));
  const { title } = networks[settled.settings.network];
  for (const line of linesOf(stats, whole)) terminal.print(line);
  terminal.message('info', `${title}; ${readLine(stats)}`);
  if (!stats.read.complete)
    terminal.message('warn', 'The transfers that the node gave do not add up to the supply: the shares are not exact.');
}

function linesOf(stats: NetworkStats, whole: (amount: bigint) => string): readonly string[] {
  const { supply, held, holders, votes, turnout, targets } = stats;
  return [
    `supply ${whole(supply)} KEEPER, held by ${count(holders.count, 'holder')} beside the contracts; Gini ${holders.gini?.toFixed(3) ?? 'unknown'}`,
    ...holders.largest.map(({ address, amount, share }) => `${column(share)}  ${address}  ${whole(amount)}`),
    ...held.map(({ role, amount, share }) => `${column(share)}  the ${role}  ${whole(amount)}`),
    `votes: ${whole(votes.delegated)} delegated (${percent(votes.share)} of the supply) to ${count(votes.accounts, 'account')}${votes.majority === null ? '' : `; more than half of them lie with ${votes.majority}`}`,
    turnout.proposals.length === 0
      ? 'turnout: no vote has opened yet'
      : `turnout: ${percent(turnout.mean)} on average of ${count(turnout.counted, 'vote')} that ended, ${percent(turnout.least)} in the least`,
    ...turnout.proposals.map(
      ({ id, title, state, share }) => `${column(share)}  ${id.slice(0, 10)}…  ${state}  ${cleanLine(title)}`,
    ),
    'targets of the paper (12.2)',
    ...targets.map(
      ({ target, value, met, note }) =>
        `  ${met === null ? 'not known' : met ? 'met'.padEnd(9) : 'not met'.padEnd(9)}  ${target}: ${value === null ? 'no value' : percent(value)} (${note})`,
    ),
  ];
}

function readLine({ read }: NetworkStats): string {
  return `read from blocks ${read.fromBlock} to ${read.toBlock}: ${count(read.transfers, 'transfer')}, ${count(read.delegations, 'change')} of votes`;
}

function percent(share: number | null): string {
  return share === null ? 'none' : `${(share * 100).toFixed(1)} %`;
}

function column(share: number): string {
  return percent(share).padStart(9);
}

/** Amounts as decimal text, in units of 10^-18. */
function withoutBigints(stats: NetworkStats): unknown {
  return JSON.parse(
    JSON.stringify(stats, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)),
  ) as unknown;
}
