import { ZooError, exitCode } from '../../core/error.ts';
import type { ProposalStatus } from '../../governance/proposals.ts';
import { untilInterrupted } from '../interrupt.ts';
import { type Invocation, textFlag } from '../invocation.ts';
import { cleanLine, cleanText } from '../view/clean-text.ts';
import { comparisonLines, comparisonSummary } from '../view/experiences.ts';

/** `zoo proposals`: the newest first, with state, tally and deadline. */
export async function proposals(invocation: Invocation): Promise<void> {
  const { terminal } = invocation;
  const { openPlace } = await import('../../app/chain.ts');
  const { allProposals } = await import('../../app/governance.ts');
  const place = await openPlace(await invocation.config());
  const limit = Number(textFlag(invocation, 'limit') ?? '20');
  const found = await allProposals(place, Number.isSafeInteger(limit) && limit > 0 ? limit : 20);
  terminal.document({ proposals: found.map(asJson) });
  if (found.length === 0) terminal.print('no proposals yet');
  for (const status of found) for (const line of await linesOf(status)) terminal.print(line);
}

/** `zoo proposal show <proposal>`: one with its whole description, and what it changes, verified against its roots. */
export async function proposalShow(invocation: Invocation): Promise<void> {
  const { terminal } = invocation;
  const { openPlace } = await import('../../app/chain.ts');
  const { findProposal, proposalStatus } = await import('../../governance/proposals.ts');
  const { proposedDifference } = await import('../../app/governance.ts');
  const config = await invocation.config();
  const place = await openPlace(config);
  const proposal = await findProposal(place, invocation.words[0] as string);
  const status = await proposalStatus(place, proposal);
  const interrupt = untilInterrupted(terminal, 'nothing was changed');
  let difference: Awaited<ReturnType<typeof proposedDifference>>;
  try {
    difference = await proposedDifference(config, place, proposal, interrupt.signal);
  } catch (thrown) {
    if (!(thrown instanceof ZooError) || thrown.exitCode !== exitCode.error) throw thrown;
    terminal.message('warn', cleanLine(`The proposed library is not at hand: ${thrown.message}`));
  } finally {
    interrupt.end();
  }
  terminal.document({ ...(asJson(status) as object), difference: difference ?? null });
  for (const line of await linesOf(status)) terminal.print(line);
  for (const { contract, function: name, to } of status.calls)
    terminal.print(`  calls ${contract ?? to}.${name ?? 'an unknown function'}`);
  terminal.print(cleanText(status.description));
  if (difference === undefined) return;
  terminal.print(`What it changes, verified against root ${difference.update.recordsRoot}:`);
  for (const line of comparisonLines(difference, terminal)) terminal.print(`  ${line}`);
  terminal.print(`  ${comparisonSummary(difference)}`);
}

async function linesOf(status: ProposalStatus): Promise<readonly string[]> {
  const { timeText } = await import('../../governance/vote.ts');
  const { whole } = await import('../../governance/propose.ts');
  const { id, title, state, tally, voteStart, voteEnd, executableAt, bond } = status;
  const { votes, quorum, participation, approval, thresholdBps } = tally;
  const when =
    state === 'pending'
      ? `the vote opens ${timeText(voteStart)}`
      : executableAt === null
        ? `the vote ${state === 'cancelled' ? 'would have ended' : state === 'active' ? 'ends' : 'ended'} ${timeText(voteEnd)}`
        : `can be executed from ${timeText(executableAt)}`;
  return [
    id,
    `  ${cleanLine(title)}`,
    `  ${state}; ${when}`,
    `  for ${whole(votes.for)}, against ${whole(votes.against)}, abstain ${whole(votes.abstain)}`,
    `  quorum   ${bar(participation)} ${quorum === null ? 'known once the vote is open' : `${percent(participation)} of ${whole(quorum)}`}`,
    `  approval ${bar(approval)} ${percent(approval)}, ${thresholdBps / 100} % needed`,
    `  stake ${whole(bond.amount)} KEEPER ${bond.status}`,
  ];
}

function bar(share: number | null): string {
  const filled = Math.min(20, Math.round((share ?? 0) * 20));
  return `[${'#'.repeat(filled)}${'.'.repeat(20 - filled)}]`;
}

function percent(share: number | null): string {
  return share === null ? 'no votes' : `${Math.round(share * 1000) / 10} %`;
}

/** Amounts as decimal text, in units of 10^-18. */
function asJson(status: ProposalStatus): unknown {
  return JSON.parse(
    JSON.stringify(status, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)),
  ) as unknown;
}
