import type { Signatory } from '../world/chain/chain.ts';
import type { Place } from './proposals.ts';

/** Seconds for which a permit can be used. */
const permitFor = 3600;

/** ERC-2612: lets the vault take exactly the stake, for an hour. */
export async function permitStake({ chain, addresses }: Place, account: Signatory, value: bigint) {
  const { token } = chain.contracts(addresses);
  const deadline = BigInt((await chain.now()) + permitFor);
  const domain = await token.eip712Domain();
  const signature = await account.signTypedData(
    {
      name: domain.name,
      version: domain.version,
      chainId: domain.chainId,
      verifyingContract: domain.verifyingContract,
    },
    {
      Permit: [
        { name: 'owner', type: 'address' },
        { name: 'spender', type: 'address' },
        { name: 'value', type: 'uint256' },
        { name: 'nonce', type: 'uint256' },
        { name: 'deadline', type: 'uint256' },
      ],
    },
    { owner: account.address, spender: addresses.vault, value, nonce: await token.nonces(account.address), deadline },
  );
  return {
    deadline,
    v: Number.parseInt(signature.slice(130, 132), 16),
    r: signature.slice(0, 66),
    s: `0x${signature.slice(66, 130)}`,
  };
}
