import { ZooError, exitCode } from '../core/error.ts';
import { bondStatuses } from '../core/economy/proposal.ts';
import { type Intent, callOf } from './intent.ts';
import { type Place, type Proposal, type ProposalStatus, proposalStatus } from './proposals.ts';
import { days, whole } from './propose.ts';
import { timeText } from './vote.ts';

/** What brings a proposal that passed nearer to being in force. */
export type NextStep =
  | { readonly step: 'queue' | 'execute'; readonly intent: Intent }
  | { readonly step: 'wait'; readonly until: number };

/** @throws ZooError `not-executable` unless it succeeded or is queued */
export async function nextStep(place: Place, proposal: Proposal): Promise<NextStep> {
  const { chain, addresses } = place;
  const { governor, timelock } = chain.contracts(addresses);
  const status = await proposalStatus(place, proposal);
  if (status.state === 'succeeded') {
    const delay = await timelock.getMinDelay();
    return {
      step: 'queue',
      intent: {
        title: `Queue proposal ${proposal.id.slice(0, 10)}…`,
        effects: [`It can be executed ${delay === 0n ? 'at once' : `${days(delay)} later`}, by anyone.`],
        call: callOf(await governor.queue.populateTransaction(...(await callsOf(place, proposal)))),
      },
    };
  }
  if (status.state !== 'queued') throw notExecutable(status);
  const until = status.executableAt ?? 0;
  if ((await chain.now()) < until) return { step: 'wait', until };
  return {
    step: 'execute',
    intent: {
      title: `Execute proposal ${proposal.id.slice(0, 10)}…`,
      effects: status.calls.map(
        ({ contract, function: name }) => `${contract ?? 'A contract'}.${name ?? '?'} is carried out for the DAO.`,
      ),
      call: callOf(await governor.execute.populateTransaction(...(await callsOf(place, proposal)))),
    },
  };
}

/** Takes back a proposal that is pending, or as the guardian stops a malicious one. */
export async function intendToCancel(place: Place, proposal: Proposal): Promise<Intent> {
  const { governor } = place.chain.contracts(place.addresses);
  const { state } = await proposalStatus(place, proposal);
  return {
    title: `Cancel proposal ${proposal.id.slice(0, 10)}…`,
    effects: [
      state === 'pending'
        ? 'Its proposer gets the whole stake back.'
        : 'It counts as malicious: its proposer loses a part of the stake.',
    ],
    call: callOf(await governor.cancel.populateTransaction(...(await callsOf(place, proposal)))),
  };
}

/** Ends the stake of a proposal that has ended. */
export async function intendToSettle({ chain, addresses }: Place, proposal: Proposal): Promise<Intent> {
  const { vault } = chain.contracts(addresses);
  const bond = await vault.bond(proposal.id);
  return {
    title: `Settle the stake of proposal ${proposal.id.slice(0, 10)}…`,
    effects: [
      `${whole(bond.amount)} KEEPER of ${bond.proposer} are refunded, burned, shared or slashed, as the vote went.`,
      'What is refunded is credited in the vault; "zoo claim" pays it out.',
    ],
    call: callOf(await vault.settle.populateTransaction(proposal.id)),
  };
}

/** What became of a stake that was settled, in a sentence. */
export async function settledText({ chain, addresses }: Place, proposal: Proposal): Promise<string> {
  const bond = await chain.contracts(addresses).vault.bond(proposal.id);
  const status = bondStatuses[Number(bond.status)] ?? String(bond.status);
  const next = {
    refunded: `"zoo claim" pays it out to ${bond.proposer}`,
    shared: `who voted against can have a share: zoo claim ${proposal.id.slice(0, 10)}`,
  }[status];
  return `the stake of ${whole(bond.amount)} KEEPER is ${status}${next === undefined ? '' : `; ${next}`}`;
}

/** The share of a voter in the stake of a proposal that was defeated, where those who voted against share it. */
export async function intendToClaimShare(
  { chain, addresses }: Place,
  proposal: Proposal,
  from: string,
): Promise<Intent> {
  const { vault } = chain.contracts(addresses);
  return {
    title: `Claim a share in the stake of proposal ${proposal.id.slice(0, 10)}…`,
    effects: ['It is credited in the vault; "zoo claim" without a proposal pays it out.'],
    call: callOf(await vault.claimDefeatShare.populateTransaction(proposal.id, from)),
  };
}

/** Pays out what the vault owes an account. */
export async function intendToClaim({ chain, addresses }: Place, from: string): Promise<Intent> {
  const { vault } = chain.contracts(addresses);
  const [owed, due, pool] = [await vault.owed(from), await vault.due(from), await vault.rewardPool()];
  if (owed === 0n && due > 0n && pool > 0n)
    return {
      title: 'Collect rewards that are due',
      effects: ['They are credited in the vault; "zoo claim" again pays them out.'],
      call: callOf(await vault.collectDue.populateTransaction(from)),
    };
  return {
    title: 'Withdraw what the vault owes',
    effects: [
      `${whole(owed)} KEEPER go to ${from}.${due > 0n ? ` ${whole(due)} more are due once the pool is funded.` : ''}`,
    ],
    call: callOf(await vault.withdraw.populateTransaction()),
  };
}

/** Tells whom an account's tokens vote with. */
export async function intendToDelegate({ chain, addresses }: Place, from: string, to: string): Promise<Intent> {
  if (!/^0x[0-9a-fA-F]{40}$/.test(to))
    throw new ZooError('invalid-address', `"${to.slice(0, 60)}" is no address`, {
      exitCode: exitCode.usage,
      hint: 'An address is 0x and 40 hexadecimal digits; names are not looked up.',
    });
  const { token } = chain.contracts(addresses);
  const [held, staked] = [await token.balanceOf(from), await token.stakedOf(from)];
  return {
    title: `Delegate to ${to === from ? 'the account itself' : to}`,
    effects: [
      `${whole(held + staked)} KEEPER count as votes of ${to}, in votes that open from now on. They stay where they are.`,
    ],
    call: callOf(await token.delegate.populateTransaction(to)),
  };
}

type CallsOf = [targets: string[], values: bigint[], calldatas: string[], descriptionHash: string];

async function callsOf({ chain }: Place, proposal: Proposal): Promise<CallsOf> {
  const { targets, values, calldatas, description } = proposal;
  return [[...targets], [...values], [...calldatas], chain.hashText(description)];
}

function notExecutable({ id, state, tally, voteEnd }: ProposalStatus): ZooError {
  const why =
    state === 'pending' || state === 'active'
      ? `its vote ends at ${timeText(voteEnd)}`
      : state === 'defeated'
        ? !tally.quorumReached
          ? 'too few votes took part'
          : 'too few of the votes were for it'
        : `it is ${state}`;
  return new ZooError('not-executable', `proposal ${id.slice(0, 10)}… cannot be executed: ${why}`, {
    hint: '"zoo proposals" shows the state of every proposal.',
    data: { state },
  });
}
