import { ZooError } from '../../core/error.ts';
import type { NextStep } from '../../governance/execute.ts';
import type { Place } from '../../governance/proposals.ts';
import { sendTransaction } from '../chain/send.ts';
import type { Invocation } from '../invocation.ts';

/** `zoo execute <proposal>`: queues it when that was not done, and executes it once its delay is over. */
export async function execute(invocation: Invocation): Promise<void> {
  await take(invocation, ['queue', 'execute']);
}

/** `zoo queue <proposal>`: the delay begins. */
export async function queue(invocation: Invocation): Promise<void> {
  await take(invocation, ['queue']);
}

async function take(invocation: Invocation, allowed: readonly NextStep['step'][]): Promise<void> {
  const { findProposal } = await import('../../governance/proposals.ts');
  const { nextStep } = await import('../../governance/execute.ts');
  const { timeText } = await import('../../governance/vote.ts');
  const reference = invocation.words[0] as string;
  let step: NextStep['step'] | undefined;
  let id = '';
  await sendTransaction(invocation, {
    build: async ({ place }) => {
      const proposal = await findProposal(place, reference);
      ({ id } = proposal);
      const next = await nextStep(place, proposal);
      if (next.step === 'wait')
        throw new ZooError(
          'delay-running',
          `proposal ${id.slice(0, 10)}… can be executed from ${timeText(next.until)}`,
          {
            hint: 'Run it again then; on a development chain: zoo chain up --warp 25h.',
            data: { executableAt: next.until },
          },
        );
      if (!allowed.includes(next.step))
        throw new ZooError('already-queued', `proposal ${id.slice(0, 10)}… is queued already`, {
          hint: `Go on with: zoo execute ${id.slice(0, 10)}`,
        });
      ({ step } = next);
      return next.intent;
    },
    after: async ({ session }) => ({
      document: { proposal: id, step },
      lines: step === 'queue' ? await afterQueue(session.place, id) : await afterExecute(session.place),
    }),
  });
}

async function afterQueue({ chain, addresses }: Place, id: string): Promise<readonly string[]> {
  const { timeText } = await import('../../governance/vote.ts');
  const eta = Number(await chain.contracts(addresses).governor.proposalEta(id));
  return [`queued; run "zoo execute ${id.slice(0, 10)}" again from ${timeText(eta)}`];
}

async function afterExecute(place: Place): Promise<readonly string[]> {
  const { versionInForce } = await import('../../governance/version-in-force.ts');
  const current = await versionInForce(place);
  return current === undefined ? [] : [`in force: number ${current.seq}, root ${current.recordsRoot}, ${current.cid}`];
}
