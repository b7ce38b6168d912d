import type { Proposal } from '../../governance/proposals.ts';
import { sendTransaction } from '../chain/send.ts';
import type { Invocation } from '../invocation.ts';

/** `zoo settle <proposal>`. */
export async function settle(invocation: Invocation): Promise<void> {
  const { findProposal } = await import('../../governance/proposals.ts');
  const { intendToSettle, settledText } = await import('../../governance/execute.ts');
  let proposal: Proposal | undefined;
  await sendTransaction(invocation, {
    build: async ({ place }) => {
      proposal = await findProposal(place, invocation.words[0] as string);
      return await intendToSettle(place, proposal);
    },
    after: async ({ session }) => ({
      lines: proposal === undefined ? [] : [await settledText(session.place, proposal)],
    }),
  });
}
