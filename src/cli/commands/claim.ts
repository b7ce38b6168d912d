import { sendTransaction } from '../chain/send.ts';
import type { Invocation } from '../invocation.ts';

/** `zoo claim [proposal]`: what the vault owes the account; with a proposal, a voter's share in its stake. */
export async function claim(invocation: Invocation): Promise<void> {
  const { intendToClaim, intendToClaimShare } = await import('../../governance/execute.ts');
  const { findProposal } = await import('../../governance/proposals.ts');
  const reference = invocation.words[0];
  await sendTransaction(invocation, {
    build: async ({ place, from }) =>
      reference === undefined
        ? await intendToClaim(place, from)
        : await intendToClaimShare(place, await findProposal(place, reference), from),
  });
}
