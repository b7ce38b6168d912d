import {
  Interface,
  type JsonRpcProvider,
  Signature,
  TypedDataEncoder,
  getAddress,
  isError,
  recoverAddress,
} from 'ethers';
import type { TypedData } from './chain.ts';

const contractSignature = new Interface(['function isValidSignature(bytes32,bytes) view returns (bytes4)']);
const magic = '0x1626ba7e';

/** As OpenZeppelin's SignatureChecker does: by the key of an account, and by asking where a contract stands (EIP-1271). */
export async function checkSignature(
  provider: JsonRpcProvider,
  by: string,
  { domain, types, message }: TypedData,
  signature: string,
): Promise<boolean> {
  const digest = TypedDataEncoder.hash(domain, types, message);
  if ((await provider.getCode(by)) === '0x') return recovered(digest, signature) === getAddress(by);
  try {
    const data = contractSignature.encodeFunctionData('isValidSignature', [digest, signature]);
    const [told] = contractSignature.decodeFunctionResult('isValidSignature', await provider.call({ to: by, data }));
    return told === magic;
  } catch (thrown) {
    // It is no contract that signs, or it refuses.
    if (isError(thrown, 'CALL_EXCEPTION') || isError(thrown, 'BAD_DATA')) return false;
    throw thrown;
  }
}

function recovered(digest: string, signature: string): string | undefined {
  try {
    // Other ways to write a signature, such as in 64 bytes, are none to the contracts.
    const { serialized } = Signature.from(signature);
    return serialized === signature.toLowerCase() ? recoverAddress(digest, signature) : undefined;
  } catch {
    return undefined;
  }
}
