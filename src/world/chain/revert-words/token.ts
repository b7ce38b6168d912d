import { type Vocabulary, keeper, misdeployed, only, time } from './word.ts';

const signAgain = 'Sign again, with the account whose tokens these are.';
const badSignature = () => ({ message: 'what was given is no signature', hint: signAgain });
const noAccount = (what: string) => () => ({
  message: `${what} is no account`,
  hint: 'Name an address of 0x and 40 digits.',
});

/** Errors of KeeperToken and of the parts of OpenZeppelin that several contracts share. */
export const tokenWords: Vocabulary = {
  ERC20InsufficientBalance: ([, held, needed]) => ({
    message: `the account holds ${keeper(held)}, and this takes ${keeper(needed)}`,
    hint: 'Get more KEEPER, or choose another account with --wallet (ZOO_WALLET).',
  }),
  ERC20InsufficientAllowance: ([, allowed, needed]) => ({
    message: `the vault may take ${keeper(allowed)} of the account, and the stake is ${keeper(needed)}`,
    hint: 'The permit was not accepted. Propose again; a multisig approves the vault first (--safe does both).',
  }),
  ERC20ExceededSafeSupply: ([supply, cap]) => ({
    message: `${keeper(supply)} are more than the ${keeper(cap)} that votes can count`,
    hint: 'Deploy with a smaller --supply.',
  }),
  ERC20InvalidApprover: noAccount('who approves'),
  ERC20InvalidReceiver: noAccount('who is to get the tokens'),
  ERC20InvalidSender: noAccount('who sends the tokens'),
  ERC20InvalidSpender: noAccount('who is to spend the tokens'),
  ERC2612ExpiredSignature: ([deadline]) => ({
    message: `the permit was good until ${time(deadline)}`,
    hint: 'Run the command again; it signs a new one.',
  }),
  ERC2612InvalidSigner: ([signer, owner]) => ({
    message: `the permit is signed by ${String(signer)}, not by ${String(owner)}`,
    hint: 'Something else was permitted meanwhile, or another account signed. Run the command again.',
  }),
  InvalidAccountNonce: ([account, current]) => ({
    message: `a signature of ${String(account)} with another number was used meanwhile; it is at ${String(current)}`,
    hint: 'Sign again.',
  }),
  KeeperInvalidSupply: misdeployed('KEEPER needs a holder and a supply'),
  KeeperOnlyVault: only('the vault', 'staking'),
  KeeperInsufficientStake: ([owner, staked, needed]) => ({
    message: `${String(owner)} has ${keeper(staked)} at stake, and this ends ${keeper(needed)}`,
    hint: 'Check that --registry (ZOO_REGISTRY) names the right deployment.',
  }),
  KeeperOnlyDeployer: only('who deployed it', 'binding the token'),
  KeeperAlreadyBound: misdeployed('the token is bound to its vault already'),
  KeeperZeroAddress: misdeployed('the token was given no vault'),
  ECDSAInvalidSignature: badSignature,
  ECDSAInvalidSignatureLength: badSignature,
  ECDSAInvalidSignatureS: badSignature,
  SafeCastOverflowedUintDowncast: ([bits, value]) => ({
    message: `${String(value)} does not fit into ${String(bits)} bits`,
    hint: 'Give a smaller number.',
  }),
  InvalidShortString: misdeployed('a name of the contract does not read'),
  StringTooLong: misdeployed('a name of the contract is too long'),
};
