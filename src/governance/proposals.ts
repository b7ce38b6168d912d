import { ZooError, exitCode } from '../core/error.ts';
import {
  type BondStatus,
  type ProposalState,
  bondStatuses,
  proposalStates,
  titleOf,
} from '../core/economy/proposal.ts';
import { type Tally, tallyVotes } from '../core/economy/tally.ts';
import type { Addresses, Chain, DecodedCall, LoggedEvent } from '../world/chain/chain.ts';

/** Where a deployment stands. */
export interface Place {
  readonly chain: Chain;
  readonly addresses: Addresses;
  /** No event of the deployment is older than this block. */
  readonly fromBlock: number;
}

/** What was proposed; all of it is needed again to queue, execute or cancel it. */
export interface Proposal {
  /** Decimal. */
  readonly id: string;
  readonly proposer: string;
  readonly title: string;
  readonly description: string;
  readonly targets: readonly string[];
  readonly values: readonly bigint[];
  readonly calldatas: readonly string[];
  /** Seconds since the Unix epoch: the snapshot, after which votes count. */
  readonly voteStart: number;
  readonly voteEnd: number;
  readonly block: number;
}

export interface ProposalStatus extends Proposal {
  readonly state: ProposalState;
  readonly tally: Tally;
  /** When it can be executed; null unless it is queued. */
  readonly executableAt: number | null;
  readonly bond: { readonly status: BondStatus; readonly amount: bigint };
  /** What it does, call by call. */
  readonly calls: readonly DecodedCall[];
}

/** Every proposal there ever was, the oldest first, from the Governor's events. */
export async function listProposals({ chain, addresses, fromBlock }: Place): Promise<readonly Proposal[]> {
  const logged = await chain.events('governor', addresses.governor, 'ProposalCreated', fromBlock);
  const proposals = logged.map(proposalOf);
  for (const proposal of proposals) checkId(chain, proposal);
  return proposals;
}

/** The id is made of what is proposed and how it is described: a node cannot show other calls or another text under it. */
function checkId(chain: Chain, { id, targets, values, calldatas, description }: Proposal): void {
  const calls = targets.map((to, index) => ({ to, data: calldatas[index] ?? '0x', value: values[index] ?? 0n }));
  if (chain.proposalId(calls, description) === id) return;
  throw new ZooError('rpc-lies', `the node shows something under proposal ${id.slice(0, 10)}… that is not it`, {
    exitCode: exitCode.verification,
    hint: 'Use another node: --rpc-url (ZOO_RPC_URL).',
  });
}

/**
 * A proposal by its id or the first digits of it, or `latest`.
 *
 * @throws ZooError `unknown-proposal`, `ambiguous-proposal`
 */
export async function findProposal(place: Place, reference: string): Promise<Proposal> {
  const all = await listProposals(place);
  const wanted = reference.replace(/…$/, '');
  const matching = wanted === 'latest' ? all.slice(-1) : all.filter(({ id }) => wanted !== '' && id.startsWith(wanted));
  const exact = matching.find(({ id }) => id === wanted) ?? (matching.length === 1 ? matching[0] : undefined);
  if (exact !== undefined) return exact;
  if (matching.length === 0)
    throw new ZooError('unknown-proposal', `there is no proposal ${reference}`, {
      exitCode: exitCode.usage,
      hint: '"zoo proposals" lists them; check --network (ZOO_NETWORK).',
    });
  throw new ZooError('ambiguous-proposal', `${reference} begins ${matching.length} proposals`, {
    exitCode: exitCode.usage,
    hint: 'Give more of its id.',
  });
}

export async function proposalStatus({ chain, addresses }: Place, proposal: Proposal): Promise<ProposalStatus> {
  const { governor, vault } = chain.contracts(addresses);
  const state = proposalStates[Number(await governor.state(proposal.id))] as ProposalState;
  const [votes, terms, bond] = [
    await governor.proposalVotes(proposal.id),
    await governor.terms(proposal.id),
    await vault.bond(proposal.id),
  ];
  // The supply at the snapshot is known once that has passed.
  const quorum = state === 'pending' ? null : await quorumOf(() => governor.proposalQuorum(proposal.id));
  return {
    ...proposal,
    state,
    tally: tallyVotes(
      { against: votes.against, for: votes.forVotes, abstain: votes.abstain },
      quorum,
      Number(terms.thresholdBps),
    ),
    executableAt: state === 'queued' ? Number(await governor.proposalEta(proposal.id)) : null,
    bond: { status: bondStatuses[Number(bond.status)] as BondStatus, amount: bond.amount },
    calls: proposal.targets.map((to, index) =>
      chain.decode({ to, data: proposal.calldatas[index] ?? '0x', value: proposal.values[index] ?? 0n }, addresses),
    ),
  };
}

/** A cancelled proposal may never have reached its snapshot. */
async function quorumOf(read: () => Promise<bigint>): Promise<bigint | null> {
  try {
    return await read();
  } catch (thrown) {
    if (thrown instanceof ZooError && thrown.code === 'reverted') return null;
    throw thrown;
  }
}

function proposalOf({ args, block }: LoggedEvent): Proposal {
  const description = String(args['description']);
  return {
    id: String(args['proposalId']),
    proposer: String(args['proposer']),
    title: titleOf(description),
    description,
    targets: Array.from(args['targets'] as Iterable<string>),
    values: Array.from(args['values'] as Iterable<bigint>),
    calldatas: Array.from(args['calldatas'] as Iterable<string>),
    voteStart: Number(args['voteStart']),
    voteEnd: Number(args['voteEnd']),
    block,
  };
}
