import type { StepAccount } from '../../core/learning/account.ts';
import type { TrainEvent } from '../../core/learning/event.ts';
import { type OutcomeCounts, type OutcomeKind, rewardOf } from '../../core/learning/outcome.ts';
import { cleanLine } from './clean-text.ts';

/** What a training run looks like right now, in numbers; every view reads it, and only `fold` writes it. */
export interface TrainState {
  run: string;
  steps: number;
  groupSize: number;
  /** The step under way, from 0; -1 before the first. */
  step: number;
  epoch: number;
  /** Groups of the step under way, and how many have passed each stage. */
  groups: number;
  rolledOut: number;
  contested: number;
  extracted: number;
  consolidated: boolean;
  summaries: number;
  proposed: number;
  rejected: number;
  outcomes: Record<OutcomeKind | 'total', number>;
  rewardSum: number;
  rewardCount: number;
  /** Mean reward of the finished steps, in order. */
  rewards: (number | null)[];
  experiences: number;
  newest: { readonly change: string; readonly text: string }[];
  calls: number;
  failedCalls: number;
  retries: number;
  tokens: number;
  completionTokens: number;
  cachedTokens: number;
  usd: number;
  /** False once a call had no known price. */
  priced: boolean;
  /** Calls at once that each role is allowed at present. */
  concurrency: Record<string, number>;
  warnings: Map<string, { message: string; hint: string | undefined; count: number }>;
  finished: readonly StepAccount[];
}

/** Experiences that a view shows at most. */
const shownExperiences = 4;

export function newTrainState(): TrainState {
  return {
    run: '',
    steps: 0,
    groupSize: 0,
    step: -1,
    epoch: 0,
    groups: 0,
    ...newStep(),
    rewards: [],
    experiences: 0,
    newest: [],
    calls: 0,
    failedCalls: 0,
    retries: 0,
    tokens: 0,
    completionTokens: 0,
    cachedTokens: 0,
    usd: 0,
    priced: true,
    concurrency: {},
    warnings: new Map(),
    finished: [],
  };
}

/**
 * Takes one event into the state, in place: a run tells thousands a second, so nothing is copied and nothing is
 * drawn here.
 */
export function fold(state: TrainState, event: TrainEvent): void {
  switch (event.type) {
    case 'run-started':
      state.run = event.run;
      state.steps = event.steps;
      state.groupSize = event.groupSize;
      break;
    case 'step-started':
      startStep(state, event.epoch, event.step, event.groups);
      break;
    case 'rollout': {
      state.outcomes.total++;
      state.outcomes[event.outcome.kind]++;
      const reward = rewardOf(event.outcome);
      if (reward !== undefined) {
        state.rewardSum += reward;
        state.rewardCount++;
      }
      break;
    }
    case 'group':
      state.rolledOut++;
      if (event.contested) state.contested++;
      break;
    case 'summary':
      state.summaries++;
      break;
    case 'extraction':
      state.extracted++;
      state.proposed += event.proposed;
      state.rejected += event.rejected;
      break;
    case 'consolidation':
      state.consolidated = true;
      break;
    case 'experience':
      if (event.change === 'added') state.experiences++;
      if (event.change === 'deleted') state.experiences--;
      state.newest = [{ change: event.change, text: cleanLine(event.text) }, ...state.newest].slice(
        0,
        shownExperiences,
      );
      break;
    case 'step-finished':
      state.rewards.push(event.account.reward.mean);
      state.experiences = event.account.experiences;
      state.finished = [...state.finished, event.account];
      break;
    case 'call-finished':
      state.calls++;
      state.tokens += event.usage.promptTokens + event.usage.completionTokens;
      state.completionTokens += event.usage.completionTokens;
      state.cachedTokens += event.usage.cachedTokens;
      if (event.usd === null) state.priced = false;
      else state.usd += event.usd;
      break;
    case 'call-failed':
      if (event.willRetry) state.retries++;
      else state.failedCalls++;
      break;
    case 'concurrency':
      state.concurrency[event.role] = event.limit;
      break;
    case 'warning': {
      const known = state.warnings.get(event.code);
      state.warnings.set(event.code, { message: event.message, hint: event.hint, count: (known?.count ?? 0) + 1 });
      break;
    }
    case 'run-resumed':
    case 'gate':
    case 'run-finished':
    case 'call-started':
    case 'call-first-token':
      break;
  }
}

/** Outcomes with their denominator, such as `41/60 correct, 17 wrong, 2 truncated`. */
export function describeOutcomes(outcomes: OutcomeCounts): string {
  const rest = (['wrong', 'truncated', 'unparseable', 'failed'] as const).filter((kind) => outcomes[kind] > 0);
  return [`${outcomes.correct}/${outcomes.total} correct`, ...rest.map((kind) => `${outcomes[kind]} ${kind}`)].join(
    ', ',
  );
}

function startStep(state: TrainState, epoch: number, step: number, groups: number): void {
  Object.assign(state, { epoch, step, groups, ...newStep() });
}

/** What is counted anew with every step. */
function newStep() {
  return {
    rolledOut: 0,
    contested: 0,
    extracted: 0,
    consolidated: false,
    summaries: 0,
    proposed: 0,
    rejected: 0,
    outcomes: { total: 0, correct: 0, wrong: 0, truncated: 0, unparseable: 0, failed: 0 },
    rewardSum: 0,
    rewardCount: 0,
  };
}
