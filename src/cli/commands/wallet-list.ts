import type { Invocation } from '../invocation.ts';
import { renderTable } from '../view/table.ts';

/** `zoo wallet list`: names and addresses. */
export async function walletList({ terminal, config }: Invocation): Promise<void> {
  const { listWallets } = await import('../../app/wallet.ts');
  const wallets = await listWallets(await config());
  terminal.document({ wallets });
  if (wallets.length === 0) terminal.print('no wallets yet: zoo wallet new <name>');
  else
    terminal.print(
      renderTable(
        ['name', 'address'],
        wallets.map(({ name, address }) => [name, address ?? 'known with its password']),
      ),
    );
}
