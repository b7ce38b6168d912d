import type { StepAccount } from '../../core/learning/account.ts';
import type { TrainEvent } from '../../core/learning/event.ts';
import { cleanLine } from './clean-text.ts';
import { describeOutcomes } from './train-state.ts';

/** One line a milestone, for logs and pipes; undefined for events that are no milestone. */
export function milestone(event: TrainEvent): string | undefined {
  switch (event.type) {
    case 'run-started':
      return `run ${event.run}: ${count(event.steps, 'step')}, ${count(event.groups, 'group')} of up to ${event.groupSize}`;
    case 'run-resumed':
      return `run ${event.run}: goes on at step ${event.step + 1}`;
    case 'step-started':
      return `step ${event.step + 1} (epoch ${event.epoch + 1}): ${count(event.groups, 'group')}`;
    case 'consolidation':
      return `step ${event.step + 1}: consolidated into ${count(event.operations, 'operation')}${carried(event.carried)}`;
    case 'experience':
      return `step ${event.step + 1}: ${event.change} ${event.id} ${cleanLine(event.text)}`;
    case 'gate':
      return `step ${event.step + 1}: gate ${event.accepted ? 'accepted' : 'refused'} (${signed(event.delta)}): ${cleanLine(event.reason)}`;
    case 'step-finished':
      return describeStep(event.account);
    case 'warning':
      return `warning [${event.code}] ${cleanLine(event.message)}${event.hint === undefined ? '' : ` — ${cleanLine(event.hint)}`}`;
    case 'rollout':
    case 'group':
    case 'summary':
    case 'extraction':
    case 'run-finished':
    case 'call-started':
    case 'call-first-token':
    case 'call-finished':
    case 'call-failed':
    case 'concurrency':
      return undefined;
  }
}

/** What a finished step came to, in one line. */
function describeStep(account: StepAccount): string {
  const { step, groups, contested, rollouts, saved, predicted, operations, reward, experiences } = account;
  const parts = [
    describeOutcomes(rollouts),
    `mean reward ${describeReward(reward)}`,
    `${contested}/${groups} groups contested`,
    `${operations.accepted}/${operations.proposed} operations accepted, ${refusals(operations.rejected)}${carried(operations.carried)}`,
    ...(saved > 0
      ? [`${count(saved, 'rollout')} saved${predicted > 0 ? `, ${count(predicted, 'group')} left small` : ''}`]
      : []),
    `${count(experiences, 'experience')} in the library`,
  ];
  return `step ${step + 1} done: ${parts.join('; ')}`;
}

/** Such as `0.447 over 48 groups`. */
export function describeReward({ mean, groups }: StepAccount['reward']): string {
  return mean === null ? 'unknown' : `${mean.toFixed(3)} over ${count(groups, 'group')}`;
}

/** US dollars. What tokens cost is an estimate by list prices, unless they cost nothing. */
export function describeCost(usd: number | null): string {
  if (usd === null) return 'price unknown';
  return `$${usd.toFixed(4)}${usd > 0 ? ' (estimated)' : ''}`;
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Such as `3 refused (2 duplicate, 1 too-long)`, the commonest reason first. */
function refusals(rejected: StepAccount['operations']['rejected']): string {
  const total = rejected.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return '0 refused';
  const reasons = rejected.toSorted((a, b) => b.count - a.count).map(({ reason, count }) => `${count} ${reason}`);
  return `${total} refused (${reasons.join(', ')})`;
}

function carried(operations: number): string {
  return operations === 0 ? '' : `, ${operations} carried to the next step`;
}

function signed(number: number): string {
  return `${number < 0 ? '' : '+'}${number.toFixed(3)}`;
}
