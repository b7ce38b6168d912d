/** Votes of a proposal, in units of 10^-18 KEEPER. */
export interface Votes {
  readonly against: bigint;
  readonly for: bigint;
  readonly abstain: bigint;
}

export interface Tally {
  readonly votes: Votes;
  /** Least votes of all three kinds that must take part; null while the vote has not opened. */
  readonly quorum: bigint | null;
  /** Ten-thousandths of the votes for and against that must be for. */
  readonly thresholdBps: number;
  /** Share of the quorum that took part, 0 upwards; null while the quorum is not known. */
  readonly participation: number | null;
  /** Share of for among for and against, 0 to 1; null without such votes. */
  readonly approval: number | null;
  readonly quorumReached: boolean;
  readonly approved: boolean;
}

/** How a vote stands by its own terms (paper, section 5.4 and appendix C), by the arithmetic of the contracts. */
export function tallyVotes(votes: Votes, quorum: bigint | null, thresholdBps: number): Tally {
  const all = votes.against + votes.for + votes.abstain;
  const decided = votes.for + votes.against;
  return {
    votes,
    quorum,
    thresholdBps,
    participation: quorum === null ? null : share(all, quorum),
    approval: decided === 0n ? null : share(votes.for, decided),
    quorumReached: quorum !== null && all >= quorum,
    approved: votes.for > 0n && votes.for * 10_000n >= decided * BigInt(thresholdBps),
  };
}

/** To six places, which is more than is shown. */
function share(part: bigint, whole: bigint): number {
  return whole === 0n ? 1 : Number((part * 1_000_000n) / whole) / 1_000_000;
}
