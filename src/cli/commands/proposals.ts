import { ZooError, exitCode } from '../../core/error.ts';
import type { Config } from '../../app/config.ts';
import type { ProposedDifference } from '../../app/governance.ts';
import type { Place, Proposal, ProposalStatus } from '../../governance/proposals.ts';
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
  const now = await place.chain.now();
  for (const status of found) for (const line of await linesOf(status, now)) terminal.print(line);
}

/**
 * `zoo proposal show <proposal>`: one with its whole description, and what it changes, verified against its roots. Exits 5
 * where its CID leads to something else than it says.
 */
export async function proposalShow(invocation: Invocation): Promise<number> {
  const { terminal } = invocation;
  const { openPlace } = await import('../../app/chain.ts');
  const { findProposal, proposalStatus } = await import('../../governance/proposals.ts');
  const config = await invocation.config();
  const place = await openPlace(config);
  const proposal = await findProposal(place, invocation.words[0] as string);
  const status = await proposalStatus(place, proposal);
  const { difference, failure } = await verifiedDifference(invocation, config, place, proposal);
  terminal.document({
    ...(asJson(status) as object),
    difference: difference ?? null,
    failure: failure === undefined ? null : { code: failure.code, message: failure.message },
  });
  for (const line of await linesOf(status, await place.chain.now())) terminal.print(line);
  for (const { contract, function: name, to } of status.calls)
    terminal.print(`  calls ${contract ?? to}.${name ?? 'an unknown function'}`);
  terminal.print(cleanText(status.description));
  if (failure !== undefined) {
    terminal.message('warn', cleanLine(`What it changes is not shown: ${failure.message}`));
    if (failure.hint !== undefined) terminal.message('info', cleanLine(failure.hint));
    return failure.exitCode === exitCode.verification ? exitCode.verification : exitCode.done;
  }
  if (difference === undefined) return exitCode.done;
  const { arweaveId } = difference.update;
  if (arweaveId !== null) terminal.print(`archived as ar://${arweaveId}`);
  terminal.print(`What it changes, verified against root ${difference.update.recordsRoot}:`);
  for (const line of comparisonLines(difference, terminal)) terminal.print(`  ${line}`);
  terminal.print(`  ${comparisonSummary(difference)}`);
  return exitCode.done;
}

/** Nothing of a library is shown that is not the one of the proposal; gateways that gave another one are named. */
async function verifiedDifference(
  { terminal }: Invocation,
  config: Config,
  place: Place,
  proposal: Proposal,
): Promise<{ readonly difference?: ProposedDifference | undefined; readonly failure?: ZooError }> {
  const { proposedDifference } = await import('../../app/governance.ts');
  const interrupt = untilInterrupted(terminal, 'nothing was changed');
  const { signal } = interrupt;
  const onDropped = (gateway: string, why: string) =>
    terminal.message('warn', cleanLine(`${gateway} gets no more work: ${why}`));
  try {
    return { difference: await proposedDifference(config, place, proposal, { signal, onDropped }) };
  } catch (thrown) {
    if (!(thrown instanceof ZooError) || signal.aborted) throw thrown;
    return { failure: thrown };
  } finally {
    interrupt.end();
  }
}

/** @param now seconds since the Unix epoch, as the chain has it */
async function linesOf(status: ProposalStatus, now: number): Promise<readonly string[]> {
  const { timeText } = await import('../../governance/vote.ts');
  const { whole } = await import('../../governance/propose.ts');
  const { id, title, state, tally, voteStart, voteEnd, executableAt, bond } = status;
  const { votes, quorum, participation, approval, thresholdBps } = tally;
  const at = (seconds: number) => `${timeText(seconds)}${left(seconds - now)}`;
  const when =
    state === 'pending'
      ? `the vote opens ${at(voteStart)}`
      : executableAt === null
        ? `the vote ${state === 'cancelled' ? 'would have ended' : state === 'active' ? 'ends' : 'ended'} ${at(voteEnd)}`
        : `can be executed from ${at(executableAt)}`;
  return [
    id,
    `  ${cleanLine(title)}`,
    `  ${state}; ${when}`,
    `  for ${whole(votes.for)}, against ${whole(votes.against)}, abstain ${whole(votes.abstain)}`,
    `  quorum   ${bar(participation)} ${quorum === null ? 'known once the vote is open' : `${percent(participation)} of ${whole(quorum)}`}`,
    `  approval ${bar(approval, thresholdBps / 10_000)} ${percent(approval)}, ${thresholdBps / 100} % needed`,
    `  stake ${whole(bond.amount)} KEEPER ${bond.status}`,
  ];
}

/** Time that is left, in the two largest units. */
function left(seconds: number): string {
  if (seconds <= 0) return '';
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.ceil(seconds / 60) % 60,
  ];
  return `, in ${days > 0 ? `${days} d ${hours} h` : hours > 0 ? `${hours} h ${minutes} min` : `${Math.ceil(seconds / 60)} min`}`;
}

/** @param needed where a mark stands, from 0 to 1; the end unless given */
function bar(share: number | null, needed = 1): string {
  const filled = Math.min(20, Math.floor((share ?? 0) * 20));
  const plain = `${'#'.repeat(filled)}${'.'.repeat(20 - filled)}`;
  const mark = Math.round(needed * 20);
  return `[${plain.slice(0, mark)}|${plain.slice(mark)}]`;
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
