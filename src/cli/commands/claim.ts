import { sendTransaction } from '../chain/send.ts';
import type { Invocation } from '../invocation.ts';

/** `zoo claim`: what the vault owes the account, paid out. */
export async function claim(invocation: Invocation): Promise<void> {
  const { intendToClaim } = await import('../../governance/execute.ts');
  await sendTransaction(invocation, { build: ({ place, from }) => intendToClaim(place, from) });
}
