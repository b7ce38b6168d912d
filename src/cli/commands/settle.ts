import { sendTransaction } from '../chain/send.ts';
import type { Invocation } from '../invocation.ts';

/** `zoo settle <proposal>`. */
export async function settle(invocation: Invocation): Promise<void> {
  const { findProposal } = await import('../../governance/proposals.ts');
  const { intendToSettle } = await import('../../governance/execute.ts');
  await sendTransaction(invocation, {
    build: async ({ place }) => await intendToSettle(place, await findProposal(place, invocation.words[0] as string)),
  });
}
