import { sendTransaction } from '../chain/send.ts';
import type { Invocation } from '../invocation.ts';

/** `zoo delegate [address]`: to the account itself unless named. */
export async function delegate(invocation: Invocation): Promise<void> {
  const { intendToDelegate } = await import('../../governance/execute.ts');
  await sendTransaction(invocation, {
    build: ({ place, from }) => intendToDelegate(place, from, invocation.words[0] ?? from),
  });
}
