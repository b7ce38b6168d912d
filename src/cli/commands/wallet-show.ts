import { ZooError } from '../../core/error.ts';
import { passwordPrompt } from '../chain/ask.ts';
import type { Invocation } from '../invocation.ts';

/** `zoo wallet show [name]`: address, balance, KEEPER and votes of who would sign. Never a key. */
export async function walletShow(invocation: Invocation): Promise<void> {
  const { terminal, words } = invocation;
  const config = await invocation.config();
  const { signerNamed } = await import('../../app/wallet.ts');
  const { address, title } = await signerNamed(config, words[0], passwordPrompt(terminal));
  const holdings = await holdingsOf(invocation, address);
  terminal.document({ address, title, ...holdings });
  terminal.print(address);
  const { whole } = await import('../../governance/propose.ts');
  if (holdings === undefined) terminal.message('info', 'The chain does not answer, so what it holds is not known.');
  else
    for (const [what, amount] of Object.entries(holdings))
      terminal.print(`  ${what.padEnd(9)} ${whole(BigInt(amount))}`);
}

/** Amounts in units of 10^-18, decimal; undefined where the chain cannot be asked. */
async function holdingsOf(invocation: Invocation, address: string): Promise<Record<string, string> | undefined> {
  const { openPlace } = await import('../../app/chain.ts');
  try {
    const { chain, addresses } = await openPlace(await invocation.config());
    const { token, vault } = chain.contracts(addresses);
    const votes = await token.getVotes(address);
    const amounts = [await chain.balance(address), await token.balanceOf(address), votes, await vault.owed(address)];
    const names = ['currency', 'keeper', 'votes', 'owed'];
    return Object.fromEntries(names.map((name, index) => [name, String(amounts[index])]));
  } catch (thrown) {
    if (thrown instanceof ZooError && ['no-rpc', 'no-rpc-url', 'not-deployed', 'deployment-gone'].includes(thrown.code))
      return undefined;
    throw thrown;
  }
}
