import { z } from 'zod';
import { voteChoices } from './proposal.ts';

const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/);
const decimal = z.string().regex(/^(0|[1-9]\d{0,77})$/);

/** A vote that was signed, in a file, for anybody to cast. Everything that the signature binds stands in it. */
export const ballotSchema = z.strictObject({
  v: z.literal(1),
  kind: z.literal('zoo-ballot'),
  chainId: z.int().positive(),
  governor: address,
  /** Id of the proposal, decimal. */
  proposal: decimal,
  choice: z.enum(voteChoices),
  /** Is written to the chain with the vote; empty for none. */
  reason: z.string().max(10_000),
  voter: address,
  /** Of the voter at the Governor, decimal: each is good for one ballot, in their order. */
  nonce: decimal,
  /** EIP-712, or what a contract that votes takes for one (EIP-1271). */
  signature: z.string().regex(/^0x([0-9a-fA-F]{2})+$/),
});

export type Ballot = z.infer<typeof ballotSchema>;
export type UnsignedBallot = Omit<Ballot, 'signature'>;

const common = [
  { name: 'proposalId', type: 'uint256' },
  { name: 'support', type: 'uint8' },
  { name: 'voter', type: 'address' },
  { name: 'nonce', type: 'uint256' },
];

/** What is signed, as OpenZeppelin's Governor has it: `castVoteBySig`, and with a reason `castVoteWithReasonAndParamsBySig`. */
export function ballotTypedData({ chainId, governor, proposal, choice, reason, voter, nonce }: UnsignedBallot) {
  const message = { proposalId: proposal, support: voteChoices.indexOf(choice), voter, nonce };
  const extended = reason !== '';
  return {
    domain: { name: 'ZooGovernor', version: '1', chainId, verifyingContract: governor },
    types: extended
      ? {
          ExtendedBallot: [...common, { name: 'reason', type: 'string' }, { name: 'params', type: 'bytes' }],
        }
      : { Ballot: [...common] },
    message: extended ? { ...message, reason, params: '0x' } : message,
  };
}
