import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forProposer, titleOf } from '../../../src/core/economy/proposal.ts';
import { tallyVotes } from '../../../src/core/economy/tally.ts';

const votes = fc.record({
  against: fc.bigInt(0n, 2n ** 120n),
  for: fc.bigInt(0n, 2n ** 120n),
  abstain: fc.bigInt(0n, 2n ** 120n),
});

describe('tallyVotes', () => {
  it.each([
    [66n, 34n, true],
    [6599n, 3401n, false],
    [1n, 0n, true],
    [0n, 0n, false],
  ])('with %i for and %i against at 66 %%: %s', (yes, no, approved) => {
    expect(tallyVotes({ for: yes, against: no, abstain: 0n }, 0n, 6600).approved).toBe(approved);
  });

  it('counts abstentions for the quorum and not for the approval', () => {
    const tally = tallyVotes({ for: 66n, against: 34n, abstain: 900n }, 1000n, 6600);
    expect(tally).toMatchObject({ quorumReached: true, approved: true, participation: 1, approval: 0.66 });
    expect(tallyVotes(tally.votes, null, 6600)).toMatchObject({ quorumReached: false, participation: null });
  });

  it('never loses by one more vote for, nor wins by one more against', () => {
    fc.assert(
      fc.property(votes, fc.integer({ min: 5001, max: 9000 }), (cast, thresholdBps) => {
        const approved = (change: Partial<typeof cast>) =>
          tallyVotes({ ...cast, ...change }, 0n, thresholdBps).approved;
        if (approved({})) expect(approved({ for: cast.for + 1n })).toBe(true);
        else expect(approved({ against: cast.against + 1n })).toBe(false);
      }),
    );
  });
});

describe('descriptions', () => {
  it('end with who may propose them, in the form that the Governor reads: 52 bytes, no newline', () => {
    const proposer = '0x90F79bf6EB2c4f870365E785982E1f101E93b906';
    const text = forProposer('# Library v3: better\n\n', proposer);
    expect(text.slice(-52)).toBe(`#proposer=${proposer.toLowerCase()}`);
    expect(titleOf(text)).toBe('Library v3: better');
    expect(titleOf(forProposer('', proposer))).toBe('');
  });
});
