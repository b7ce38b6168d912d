import { SigningKey, Wallet, getBytes, hexlify } from 'ethers';
import type { ItemSigner } from '../../../src/world/archive/ans104/data-item.ts';

/** A secret key of Ethereum, 32 bytes, as it signs data items: by `ethers`, as the program does. */
export function secretSigner(secretKey: Uint8Array): ItemSigner {
  const wallet = new Wallet(new SigningKey(hexlify(secretKey)));
  return {
    owner: getBytes(wallet.signingKey.publicKey),
    sign: async (message) => getBytes(await wallet.signMessage(message)),
  };
}
