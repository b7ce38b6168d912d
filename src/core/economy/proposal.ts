/** States of a proposal in the order of OpenZeppelin's Governor. */
export const proposalStates = [
  'pending',
  'active',
  'cancelled',
  'defeated',
  'succeeded',
  'queued',
  'expired',
  'executed',
] as const;
export type ProposalState = (typeof proposalStates)[number];

/** Choices of a voter in the order of the Governor's numbers. */
export const voteChoices = ['against', 'for', 'abstain'] as const;
export type VoteChoice = (typeof voteChoices)[number];

export const bondStatuses = ['none', 'held', 'refunded', 'burned', 'shared', 'slashed'] as const;
export type BondStatus = (typeof bondStatuses)[number];

/**
 * A description that only one account can propose: OpenZeppelin's Governor refuses it from others, so that nobody who
 * sees the transaction can take its place (CVE-2023-34234). The suffix is the last thing in it.
 */
export function forProposer(description: string, proposer: string): string {
  return `${description.trimEnd()}\n\n#proposer=${proposer.toLowerCase()}`;
}

/** The first line, without marks of a heading and the proposer. */
export function titleOf(description: string): string {
  const line = description.split('\n').find((one) => one.trim() !== '' && !one.startsWith('#proposer='));
  return (line ?? '').replace(/^#+\s*/, '').trim();
}
