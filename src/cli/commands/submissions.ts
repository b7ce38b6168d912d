import type { ListedSubmission } from '../../app/submissions.ts';
import { ZooError, exitCode } from '../../core/error.ts';
import type { Submission } from '../../governance/submissions.ts';
import { sendTransaction } from '../chain/send.ts';
import { untilInterrupted } from '../interrupt.ts';
import { type Invocation, textFlag } from '../invocation.ts';
import { optionalNumberFlag } from '../number-flag.ts';
import { cleanLine } from '../view/clean-text.ts';
import { tellFindings } from './ledger/describe-fields.ts';

/** `zoo submissions`: the newest first. */
export async function submissions(invocation: Invocation): Promise<void> {
  const { terminal } = invocation;
  const { openPlace } = await import('../../app/chain.ts');
  const { listedSubmissions } = await import('../../app/submissions.ts');
  const config = await invocation.config();
  const limit = optionalNumberFlag(invocation, 'limit', { least: 1, most: 100_000, whole: true }) ?? 20;
  const state = await stateOf(invocation);
  const all = await listedSubmissions(config, await openPlace(config), limit);
  const found = state === undefined ? all : all.filter((one) => one.state === state);
  terminal.document({ submissions: found.map(asJson) });
  if (found.length === 0) terminal.print('no submissions');
  for (const one of found) for (const line of await linesOf(one)) terminal.print(line);
}

/** `zoo submission show <submission>`: one with its experience, fetched and verified. */
export async function submissionShow(invocation: Invocation): Promise<void> {
  const { terminal } = invocation;
  await withSubmission(invocation, async (submission, signal) => {
    const { readSubmission } = await import('../../app/submissions.ts');
    const experience = await readSubmission(await invocation.config(), submission, signal);
    terminal.document(asJson({ ...submission, experience }));
    for (const line of await linesOf({ ...submission, experience })) terminal.print(line);
    for (const { input, output } of experience.examples) terminal.print(cleanLine(`  ${input} => ${output}`));
  });
}

/** `zoo submission take <submission>`: its experience, verified, to the working library. */
export async function submissionTake(invocation: Invocation): Promise<void> {
  const { terminal } = invocation;
  await withSubmission(invocation, async (submission, signal) => {
    const { takeSubmission } = await import('../../app/submissions.ts');
    const { experience, findings } = await takeSubmission(await invocation.config(), submission, signal);
    terminal.document({ submission: submission.id, experience, findings });
    terminal.print(cleanLine(`+ [${experience.id}] ${experience.text}`));
    tellFindings(findings, terminal);
    terminal.message('info', `The version that holds it is proposed with --accept ${submission.id}.`);
  });
}

/** `zoo submission withdraw <submission>`: takes it back with its stake, 30 days after it was submitted. */
export async function submissionWithdraw(invocation: Invocation): Promise<void> {
  const { findSubmission, intendToWithdraw } = await import('../../governance/submissions.ts');
  await sendTransaction(invocation, {
    build: async ({ place }) =>
      await intendToWithdraw(place, await findSubmission(place, invocation.words[0] as string)),
  });
}

async function withSubmission(
  invocation: Invocation,
  act: (submission: Submission, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const { openPlace } = await import('../../app/chain.ts');
  const { findSubmission } = await import('../../governance/submissions.ts');
  const interrupt = untilInterrupted(invocation.terminal, 'nothing was changed');
  try {
    const place = await openPlace(await invocation.config());
    await act(await findSubmission(place, invocation.words[0] as string), interrupt.signal);
  } finally {
    interrupt.end();
  }
}

async function stateOf(invocation: Invocation): Promise<Submission['state'] | undefined> {
  const { submissionStates } = await import('../../governance/submissions.ts');
  const said = textFlag(invocation, 'state');
  const state = submissionStates.find((one) => one === said && one !== 'none');
  if (said === undefined || state !== undefined) return state;
  throw new ZooError('usage', `--state is one of ${submissionStates.slice(1).join(', ')}, not "${said.slice(0, 40)}"`, {
    exitCode: exitCode.usage,
  });
}

async function linesOf({ id, state, contributor, submittedAt, stake, experience, cid }: ListedSubmission) {
  const { timeText } = await import('../../governance/vote.ts');
  const { whole } = await import('../../governance/propose.ts');
  return [
    `${id}  ${state}; ${whole(stake)} KEEPER of ${contributor}, ${timeText(submittedAt)}`,
    experience === null
      ? `  ${cid} is not at hand: zoo submission show ${id}`
      : `  ${cleanLine(`[${experience.id}] ${experience.text}`)}`,
  ];
}

function asJson({ stake, ...submission }: ListedSubmission) {
  return { ...submission, stake: stake.toString() };
}
