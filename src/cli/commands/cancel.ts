import { sendTransaction } from '../chain/send.ts';
import type { Invocation } from '../invocation.ts';

/** `zoo cancel <proposal>`. */
export async function cancel(invocation: Invocation): Promise<void> {
  const { findProposal } = await import('../../governance/proposals.ts');
  const { intendToCancel } = await import('../../governance/execute.ts');
  await sendTransaction(invocation, {
    build: async ({ place }) => await intendToCancel(place, await findProposal(place, invocation.words[0] as string)),
  });
}
