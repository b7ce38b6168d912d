import { ZooError } from '../core/error.ts';
import { forProposer } from '../core/economy/proposal.ts';
import type { Call, Signatory } from '../world/chain/chain.ts';
import { type Intent, callOf } from './intent.ts';
import { permitStake } from './permit-stake.ts';
import type { Place } from './proposals.ts';
import { versionInForce } from './version-in-force.ts';

/** A version of the ledger as a proposal brings it into force; hexadecimal without 0x. */
export interface ProposedVersion {
  /** Such as `v3`. */
  readonly version: string;
  readonly commit: string;
  readonly size: number;
  readonly recordsRoot: string;
  readonly mapRoot: string;
  readonly logRoot: string;
  /** SHA-256 digest in its CID. */
  readonly cidDigest: string;
  /** Arweave transaction or data item; undefined where it was not archived. */
  readonly arweaveId: string | undefined;
}

export interface ProposeRequest {
  readonly version: ProposedVersion;
  /** Markdown, without the suffix that names the proposer. */
  readonly description: string;
  /** Whose proposal it is. */
  readonly from: string;
  /** Who signs the permit; without it the stake must be approved first, as in the batch. */
  readonly account: Signatory | undefined;
  /** Submissions that the version took in, and those that it turns down. */
  readonly accepted: readonly string[];
  readonly rejected: readonly string[];
  /** Begins the batch with a delegation of the proposer to itself. */
  readonly delegate?: boolean | undefined;
}

const emptyHash = `0x${'00'.repeat(32)}`;

/**
 * The transaction that proposes a version, its stake permitted by signature, so that no approval is left behind.
 *
 * @throws ZooError `nothing-to-propose` when that version is in force already
 */
export async function intendToPropose(place: Place, request: ProposeRequest): Promise<Intent> {
  const { chain, addresses } = place;
  const { governor, token } = chain.contracts(addresses);
  const current = await versionInForce(place);
  const { version, from, account } = request;
  if (current?.commit === version.commit)
    throw new ZooError('nothing-to-propose', `${version.version} is the version in force already`, {
      hint: 'Train or edit first; name another version with --version.',
    });
  const update = {
    seq: (current?.seq ?? 0) + 1,
    size: version.size,
    commitHash: `0x${version.commit}`,
    recordsRoot: `0x${version.recordsRoot}`,
    mapRoot: `0x${version.mapRoot}`,
    logRoot: `0x${version.logRoot}`,
    cidDigest: `0x${version.cidDigest}`,
    arweaveId: version.arweaveId === undefined ? emptyHash : `0x${version.arweaveId}`,
    previous: current === undefined ? emptyHash : `0x${current.commit}`,
  };
  // By place: what comes back is a list too, whose own method hides an output called values.
  const [targets, values, calldatas] = await governor.libraryUpdateCall(
    update,
    [...request.accepted],
    [...request.rejected],
  );
  const description = forProposer(request.description, from);
  const bond = await governor.proposalBond();
  const proposing: [string[], bigint[], string[], string] = [[...targets], [...values], [...calldatas], description];
  const plain = callOf(await governor.propose.populateTransaction(...proposing));
  const approve = callOf(await token.approve.populateTransaction(addresses.vault, bond));
  const call =
    account === undefined
      ? plain
      : callOf(
          await governor.proposeWithPermit.populateTransaction(...proposing, await permitStake(place, account, bond)),
        );
  return {
    title: `Propose ${version.version} as number ${update.seq} in force`,
    effects: [
      `${whole(bond)} KEEPER are staked; they come back with a reward when it is executed, and are lost when it is defeated.`,
      `The vote opens in ${days(await governor.votingDelay())} and lasts ${days(await governor.votingPeriod())}.`,
    ],
    call,
    proposes: targets.map((to, index) => ({ to, data: calldatas[index] ?? '0x', value: values[index] ?? 0n })),
    batch: [...(request.delegate === true ? [await selfDelegation(place, from)] : []), approve, plain],
  };
}

async function selfDelegation({ chain, addresses }: Place, from: string): Promise<Call> {
  return callOf(await chain.contracts(addresses).token.delegate.populateTransaction(from));
}

export function whole(amount: bigint): string {
  const [units, rest] = [amount / 10n ** 18n, amount % 10n ** 18n];
  const decimals = rest === 0n ? '' : `.${rest.toString().padStart(18, '0').replace(/0+$/, '').slice(0, 6)}`;
  return `${units.toLocaleString('en-US')}${decimals}`;
}

export function days(seconds: bigint): string {
  const hours = Number(seconds) / 3600;
  return hours >= 48 ? `${Math.round(hours / 2.4) / 10} days` : `${Math.round(hours * 10) / 10} hours`;
}
