import type { FiledBallot } from '../../app/ballots.ts';
import { ZooError, exitCode } from '../../core/error.ts';
import type { Intent } from '../../governance/intent.ts';
import type { Proposal } from '../../governance/proposals.ts';
import { confirmed } from '../chain/ask.ts';
import type { Session } from '../chain/session.ts';
import { type Signing, withSigner } from '../chain/signer.ts';
import { type ShownTransaction, prepareShown, sendShown } from '../chain/transaction.ts';
import { untilInterrupted } from '../interrupt.ts';
import type { Invocation } from '../invocation.ts';
import { cleanLine } from '../view/clean-text.ts';

/** What became of a ballot. */
interface Fate {
  readonly file: string;
  readonly voter: string;
  readonly proposal: string;
  readonly choice: string;
  readonly state: 'cast' | 'fit' | 'refused';
  readonly transaction: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** A ballot that would count now. */
interface Fit extends FiledBallot {
  readonly of: Proposal;
  /** Ballots of the same voter that are cast before it. */
  readonly waiting: number;
}

/** Its transaction, simulated and shown, where it could be simulated. */
interface Shown extends Fit {
  readonly intent: Intent;
  readonly transaction: ShownTransaction | undefined;
}

/** `zoo relay <ballots...>`: casts ballots that others signed, one transaction each; what cannot be cast is told. */
export async function relay(invocation: Invocation): Promise<number> {
  const { terminal, flags, words } = invocation;
  const config = await invocation.config();
  const { openPlace } = await import('../../app/chain.ts');
  const { readBallots } = await import('../../app/ballots.ts');
  const filed = await readBallots(words as string[], terminal.host.folder);
  const interrupt = untilInterrupted(terminal, 'what was sent already may still be taken into a block');
  const { signal } = interrupt;
  try {
    const place = await openPlace(config);
    return await withSigner(invocation, { signal, addresses: place.addresses }, async (who) => {
      const { fit, fates } = await sift(filed, place);
      const session = { config, place, from: who.address, account: await who.unlock(), signal };
      const shown: Shown[] = [];
      for (const one of fit)
        await refusing(one, fates, async () => void shown.push(await show(invocation, session, who, one)));
      const dry = flags['dryRun'] === true;
      if (shown.length > 0 && !dry && !who.asks)
        await confirmed(terminal, flags['yes'] === true, `Cast ${shown.length} ballots?`);
      for (const one of shown)
        await refusing(one, fates, async () => {
          fates.push(dry ? fateOf(one, 'fit') : await cast(invocation, session, who, one));
        });
      terminal.document({ ...(dry ? { dryRun: true } : {}), ballots: fates });
      for (const { file, state, transaction, error } of fates)
        terminal.print(cleanLine(`${state.padEnd(7)} ${file} ${transaction ?? error?.message ?? ''}`));
      if (dry) terminal.print('dry run: nothing was sent');
      return fates.some(({ state }) => state === 'refused') ? exitCode.error : exitCode.done;
    });
  } finally {
    interrupt.end();
  }
}

/** Those that would count now, and why the others would not. */
async function sift(filed: readonly FiledBallot[], place: Session['place']) {
  const { checkBallot, checkPlace } = await import('../../governance/relay-ballot.ts');
  const { findProposal } = await import('../../governance/proposals.ts');
  const known = new Map<string, Proposal>();
  const fit: Fit[] = [];
  const fates: Fate[] = [];
  for (const one of filed)
    try {
      const { voter, proposal } = one.ballot;
      checkPlace(place, one.ballot);
      const before = fit.filter(({ ballot }) => ballot.voter.toLowerCase() === voter.toLowerCase());
      if (before.some(({ ballot }) => ballot.proposal === proposal))
        throw new ZooError('voted-already', 'another of the ballots is of the same voter on the same proposal');
      const of = known.get(proposal) ?? (await findProposal(place, proposal));
      known.set(proposal, of);
      await checkBallot(place, of, one.ballot, before.length);
      fit.push({ ...one, of, waiting: before.length });
    } catch (thrown) {
      if (!(thrown instanceof ZooError) || filed.length === 1) throw thrown;
      fates.push(fateOf(one, 'refused', { error: thrown }));
    }
  return { fit, fates };
}

/** A ballot that must wait for another of its voter cannot be simulated yet, only told. */
async function show(invocation: Invocation, session: Session, who: Signing, one: Fit): Promise<Shown> {
  const { intendToRelay } = await import('../../governance/relay-ballot.ts');
  const intent = await intendToRelay(session.place, one.of, one.ballot);
  if (one.waiting === 0) return { ...one, intent, transaction: await prepareShown(invocation, session, who, intent) };
  invocation.terminal.message('info', cleanLine(`${intent.title}, after the one before it`));
  return { ...one, intent, transaction: undefined };
}

async function cast(invocation: Invocation, session: Session, who: Signing, one: Shown): Promise<Fate> {
  const transaction = one.transaction ?? (await prepareShown(invocation, session, who, one.intent));
  return fateOf(one, 'cast', { transaction: (await sendShown(invocation, session, transaction)).hash });
}

/** What the contract refuses concerns the one ballot alone; whatever else goes wrong ends the command. */
async function refusing(one: Fit, fates: Fate[], act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (thrown) {
    if (!(thrown instanceof ZooError) || thrown.code !== 'reverted') throw thrown;
    fates.push(fateOf(one, 'refused', { error: thrown }));
  }
}

function fateOf(
  { file, ballot }: FiledBallot,
  state: Fate['state'],
  { transaction, error }: { readonly transaction?: string; readonly error?: ZooError } = {},
): Fate {
  const { voter, proposal, choice } = ballot;
  const why = error === undefined ? null : { code: error.code, message: error.message };
  return { file, voter, proposal, choice, state, transaction: transaction ?? null, error: why };
}
