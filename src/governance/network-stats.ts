import type { ProposalState } from '../core/economy/proposal.ts';
import { fewestForMajority, giniOf, ratio } from '../core/economy/distribution.ts';
import { type Addresses, type Chain, type ContractRole, contractRoles } from '../world/chain/chain.ts';
import { zeroAddress } from './deployment/steps.ts';
import { type Place, type Proposal, listProposals, proposalStatus } from './proposals.ts';

/** Amounts are in units of 10^-18 KEEPER, shares from 0 to 1. */
export interface NetworkStats {
  /** What was asked of the node. */
  readonly read: {
    readonly fromBlock: number;
    readonly toBlock: number;
    readonly transfers: number;
    readonly delegations: number;
    /** Whether the transfers add up to the supply, and to what the contract says of the largest holder. */
    readonly complete: boolean;
  };
  readonly supply: bigint;
  /** The DAO's own contracts, which are no holders. */
  readonly held: readonly { readonly role: ContractRole; readonly amount: bigint; readonly share: number }[];
  readonly holders: {
    readonly count: number;
    readonly gini: number | null;
    readonly largest: readonly { readonly address: string; readonly amount: bigint; readonly share: number }[];
  };
  readonly votes: {
    readonly delegated: bigint;
    readonly share: number;
    readonly accounts: number;
    /** The fewest accounts that have more than half of the delegated votes. */
    readonly majority: number | null;
  };
  readonly turnout: {
    readonly proposals: readonly {
      readonly id: string;
      readonly title: string;
      readonly state: ProposalState;
      readonly votes: bigint;
      /** Of the supply when the vote opened. */
      readonly share: number;
      /** Whether it counts: its vote has ended. */
      readonly ended: boolean;
    }[];
    readonly counted: number;
    readonly mean: number | null;
    readonly least: number | null;
  };
  readonly targets: readonly Target[];
}

/** A target of the paper, section 12.2. */
interface Target {
  readonly name: string;
  readonly target: string;
  readonly value: number | null;
  /** Null where nothing on chain tells. */
  readonly met: boolean | null;
  readonly note: string;
}

/** Shares that are listed. */
const listed = 10;

/** How decentralised the government of the library is, from the events of its contracts up to the newest block. */
export async function networkStats(place: Place): Promise<NetworkStats> {
  const { chain, addresses, fromBlock } = place;
  const toBlock = await chain.blockNumber();
  const { token } = chain.contracts(addresses);
  const supply = await token.totalSupply({ blockTag: toBlock });
  const balances = await readBalances(chain, addresses, { fromBlock, toBlock });
  const delegated = await readVotes(chain, addresses, { fromBlock, toBlock });

  const roleOf = new Map(contractRoles.map((role) => [addresses[role].toLowerCase(), role]));
  roleOf.delete(zeroAddress);
  const all = [...balances.amounts].filter(([, amount]) => amount > 0n);
  const share = (amount: bigint) => (supply === 0n ? 0 : ratio(amount, supply));
  const held = all.flatMap(([address, amount]) => {
    const role = roleOf.get(address);
    return role === undefined ? [] : [{ role, amount, share: share(amount) }];
  });
  const holders = all
    .filter(([address]) => !roleOf.has(address))
    .map(([address, amount]) => ({ address, amount, share: share(amount) }))
    .sort((one, other) => (one.amount < other.amount ? 1 : one.amount > other.amount ? -1 : 0));
  const sum = all.reduce((total, [, amount]) => total + amount, 0n);
  const [largest] = holders;
  const told = largest === undefined ? 0n : await token.balanceOf(largest.address, { blockTag: toBlock });
  const votes = [...delegated.amounts.values()].filter((amount) => amount > 0n);
  const inUse = votes.reduce((total, amount) => total + amount, 0n);
  const turnout = await readTurnout(place);
  return {
    read: {
      fromBlock,
      toBlock,
      transfers: balances.events,
      delegations: delegated.events,
      complete: sum === supply && told === (largest?.amount ?? 0n),
    },
    supply,
    held,
    holders: {
      count: holders.length,
      gini: giniOf(holders.map(({ amount }) => amount)),
      largest: holders.slice(0, listed),
    },
    votes: { delegated: inUse, share: share(inUse), accounts: votes.length, majority: fewestForMajority(votes) },
    turnout,
    targets: targetsOf(largest?.share ?? null, turnout),
  };
}

interface Read {
  readonly amounts: ReadonlyMap<string, bigint>;
  readonly events: number;
}

interface Range {
  readonly fromBlock: number;
  readonly toBlock: number;
}

/** What every account holds, from every transfer that there was. */
async function readBalances(chain: Chain, { token }: Addresses, { fromBlock, toBlock }: Range): Promise<Read> {
  const amounts = new Map<string, bigint>();
  const add = (account: unknown, amount: bigint) => {
    const address = String(account).toLowerCase();
    if (address !== zeroAddress) amounts.set(address, (amounts.get(address) ?? 0n) + amount);
  };
  const transfers = await chain.events('token', token, 'Transfer', fromBlock, toBlock);
  for (const { args } of transfers) {
    const value = args['value'] as bigint;
    add(args['from'], -value);
    add(args['to'], value);
  }
  return { amounts, events: transfers.length };
}

/** What every account votes with: what was delegated to it, stakes included. */
async function readVotes(chain: Chain, { token }: Addresses, { fromBlock, toBlock }: Range): Promise<Read> {
  const amounts = new Map<string, bigint>();
  const changes = await chain.events('token', token, 'DelegateVotesChanged', fromBlock, toBlock);
  for (const { args } of changes) amounts.set(String(args['delegate']).toLowerCase(), args['newVotes'] as bigint);
  return { amounts, events: changes.length };
}

async function readTurnout(place: Place): Promise<NetworkStats['turnout']> {
  const { token } = place.chain.contracts(place.addresses);
  const opened = async (proposal: Proposal) => {
    const { id, title, state, tally } = await proposalStatus(place, proposal);
    // Before its snapshot is past, nothing can be counted; what was cancelled by then never was a vote.
    if (state === 'pending' || proposal.voteStart >= (await place.chain.now())) return [];
    const supply = await token.getPastTotalSupply(proposal.voteStart);
    const votes = tally.votes.for + tally.votes.against + tally.votes.abstain;
    const ended = state !== 'active' && state !== 'cancelled';
    return [{ id, title, state, votes, share: supply === 0n ? 0 : ratio(votes, supply), ended }];
  };
  const proposals: NetworkStats['turnout']['proposals'][number][] = [];
  for (const proposal of await listProposals(place)) proposals.push(...(await opened(proposal)));
  const shares = proposals.filter(({ ended }) => ended).map((one) => one.share);
  return {
    proposals,
    counted: shares.length,
    mean: shares.length === 0 ? null : shares.reduce((sum, one) => sum + one, 0) / shares.length,
    least: shares.length === 0 ? null : Math.min(...shares),
  };
}

function targetsOf(largest: number | null, { mean, counted }: NetworkStats['turnout']): readonly Target[] {
  const untold = 'no contract counts the nodes that compute, so nothing on chain tells';
  return [
    {
      name: 'token distribution',
      target: 'nobody holds more than 5 % of KEEPER',
      value: largest,
      met: largest === null ? null : largest <= 0.05,
      note: 'the largest address beside the contracts; one person may have several',
    },
    {
      name: 'governance participation',
      target: 'a turnout of at least 30 %',
      value: mean,
      met: mean === null ? null : mean >= 0.3,
      note: `the mean of votes that have ended, ${counted} by now, of the supply when each opened`,
    },
    { name: 'node count', target: 'at least 100 GPU nodes in 20 regions', value: null, met: null, note: untold },
    {
      name: 'Nakamoto coefficient',
      target: 'at least 20 nodes for 51 % of compute',
      value: null,
      met: null,
      note: untold,
    },
  ];
}
