import { resolve } from 'node:path';
import type { VoteChoice } from '../../core/economy/proposal.ts';
import { ZooError, exitCode } from '../../core/error.ts';
import { confirmed } from '../chain/ask.ts';
import { withSigner } from '../chain/signer.ts';
import { untilInterrupted } from '../interrupt.ts';
import { type Invocation, textFlag } from '../invocation.ts';
import { cleanLine } from '../view/clean-text.ts';

/** `zoo vote <proposal> <choice> --sign-only`: a ballot for somebody else to cast, to a file or to stdout. */
export async function signBallot(invocation: Invocation, proposal: string, choice: VoteChoice): Promise<void> {
  const { terminal, flags } = invocation;
  const config = await invocation.config();
  const { ballotToSign, signBallot: sign, writeBallot } = await import('../../app/ballots.ts');
  const interrupt = untilInterrupted(terminal, 'nothing was signed');
  try {
    await withSigner(invocation, { signal: interrupt.signal }, async ({ address, title, asks, unlock }) => {
      const { ballot, notes } = await ballotToSign(config, {
        proposal,
        choice,
        reason: textFlag(invocation, 'reason'),
        voter: voterOf(invocation) ?? address,
        nonce: textFlag(invocation, 'nonce'),
      });
      terminal.message('info', `Ballot of ${ballot.voter}: ${choice} on proposal ${ballot.proposal.slice(0, 10)}…`);
      for (const line of [
        ...notes,
        ...(ballot.reason === '' ? [] : [`reason: ${ballot.reason}`]),
        `for the Governor ${ballot.governor} of chain ${ballot.chainId}, number ${ballot.nonce}`,
        `signed by ${address} (${title}). Whoever has it can cast it, once.`,
      ])
        terminal.message('info', `  ${cleanLine(line)}`);
      if (!asks) await confirmed(terminal, flags['yes'] === true, 'Sign it?', 'signed');
      const signed = await sign(ballot, await unlock());
      const named = textFlag(invocation, 'out');
      if (named === undefined) {
        terminal.document(signed);
        terminal.print(JSON.stringify(signed, null, 2));
        return;
      }
      const file = resolve(terminal.host.folder, named);
      await writeBallot(file, signed);
      terminal.document({ file, ballot: signed });
      terminal.print(named);
    });
  } finally {
    interrupt.end();
  }
}

function voterOf(invocation: Invocation): string | undefined {
  const voter = textFlag(invocation, 'voter');
  if (voter === undefined || /^0x[0-9a-fA-F]{40}$/.test(voter)) return voter;
  throw new ZooError('invalid-address', `--voter takes an address, not "${voter.slice(0, 60)}"`, {
    exitCode: exitCode.usage,
  });
}
