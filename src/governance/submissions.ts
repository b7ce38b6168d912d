import { fromHex } from '../core/digest.ts';
import { ZooError, exitCode } from '../core/error.ts';
import { cidOf, codecs, formatCid } from '../core/ipld/cid.ts';
import type { Signatory } from '../world/chain/chain.ts';
import { type Intent, callOf } from './intent.ts';
import { permitStake } from './permit-stake.ts';
import type { Place } from './proposals.ts';
import { days, whole } from './propose.ts';

/** States of a submission in the order of the registry's numbers. */
export const submissionStates = ['none', 'pending', 'accepted', 'rejected', 'slashed', 'withdrawn'] as const;
type SubmissionState = (typeof submissionStates)[number];

/** An experience that somebody staked KEEPER for, so that it is taken into the library. */
export interface Submission {
  /** Counts from 1, decimal. */
  readonly id: string;
  readonly contributor: string;
  readonly state: SubmissionState;
  /** Seconds since the Unix epoch. */
  readonly submittedAt: number;
  /** SHA-256 of the record's canonical JSON, hexadecimal without 0x. */
  readonly recordHash: string;
  /** Where the record can be read. */
  readonly cid: string;
  /** In units of 10^-18 KEEPER. */
  readonly stake: bigint;
}

/** Submissions, the newest first. @param limit of them at most */
export async function listSubmissions(place: Place, limit: number): Promise<readonly Submission[]> {
  const { registry } = place.chain.contracts(place.addresses);
  const count = Number(await registry.submissionCount());
  const stakes = await stakesOf(place);
  const found: Submission[] = [];
  for (let id = count; id > Math.max(0, count - limit); id--) found.push(await read(place, String(id), stakes));
  return found;
}

/** @throws ZooError `unknown-submission` */
export async function findSubmission(place: Place, id: string): Promise<Submission> {
  const { registry } = place.chain.contracts(place.addresses);
  const count = await registry.submissionCount();
  if (/^[1-9]\d{0,17}$/.test(id) && BigInt(id) <= count) return await read(place, id, await stakesOf(place));
  throw new ZooError('unknown-submission', `there is no submission ${id.slice(0, 40)}`, {
    exitCode: exitCode.usage,
    hint: `"zoo submissions" lists them; there are ${count} so far.`,
  });
}

async function read({ chain, addresses }: Place, id: string, stakes: ReadonlyMap<string, bigint>): Promise<Submission> {
  const { contributor, submittedAt, state, recordHash, cidDigest } = await chain
    .contracts(addresses)
    .registry.submission(id);
  return {
    id,
    contributor,
    state: submissionStates[Number(state)] ?? 'none',
    submittedAt: Number(submittedAt),
    recordHash: recordHash.slice(2),
    cid: formatCid(cidOf(codecs.raw, fromHex(cidDigest.slice(2)))),
    stake: stakes.get(id) ?? 0n,
  };
}

async function stakesOf({ chain, addresses, fromBlock }: Place): Promise<ReadonlyMap<string, bigint>> {
  const logged = await chain.events('registry', addresses.registry, 'ExperienceSubmitted', fromBlock);
  return new Map(logged.map(({ args }) => [String(args['submissionId']), args['stake'] as bigint] as const));
}

export interface SubmitRequest {
  /** SHA-256 of the record, hexadecimal without 0x; the digest of its CID is the same. */
  readonly recordHash: string;
  /** How the experience is shown. */
  readonly text: string;
  /** Whose stake it is. */
  readonly from: string;
  /** Who signs the permit; without it the stake must be approved first, as in the batch. */
  readonly account: Signatory | undefined;
}

/**
 * The transaction that submits an experience, its stake permitted by signature unless the vault may take it already.
 *
 * @throws ZooError `too-little-keeper`
 */
export async function intendToSubmit(
  place: Place,
  { recordHash, text, from, account }: SubmitRequest,
): Promise<Intent> {
  const { chain, addresses } = place;
  const { registry, token } = chain.contracts(addresses);
  const stake = await registry.requiredStake(from);
  const held = await token.balanceOf(from);
  if (held < stake)
    throw new ZooError(
      'too-little-keeper',
      `${from} holds ${whole(held)} KEEPER, and a submission stakes ${whole(stake)}`,
      {
        hint: 'Get more KEEPER, or choose another account with --account (ZOO_WALLET).',
        data: { held: held.toString(), stake: stake.toString() },
      },
    );
  const given: [string, string] = [`0x${recordHash}`, `0x${recordHash}`];
  const plain = callOf(await registry.submit.populateTransaction(...given));
  const approved = (await token.allowance(from, addresses.vault)) >= stake;
  const approve = callOf(await token.approve.populateTransaction(addresses.vault, stake));
  const call =
    account === undefined || approved
      ? plain
      : callOf(await registry.submitWithPermit.populateTransaction(...given, await permitStake(place, account, stake)));
  return {
    title: 'Submit an experience',
    effects: [
      text,
      `${whole(stake)} KEEPER are staked. They come back with a reward when a version takes it in, come back when one turns it down, and lose a part when it is found malicious.`,
      `If no version decides on it, they can be taken back after ${days(await registry.WITHDRAWABLE_AFTER())}.`,
    ],
    call,
    batch: approved ? [plain] : [approve, plain],
  };
}

/** Takes back a submission that no version decided on. */
export async function intendToWithdraw(place: Place, { id, stake }: Submission): Promise<Intent> {
  const { registry } = place.chain.contracts(place.addresses);
  return {
    title: `Take back submission ${id}`,
    effects: [`${whole(stake)} KEEPER are credited in the vault; "zoo claim" pays them out.`],
    call: callOf(await registry.withdraw.populateTransaction(id)),
  };
}
