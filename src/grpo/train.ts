/**
 * Training-Free GRPO, Algorithms 1 to 3 of the Zoo paper (sections 4.2 and 5).
 *
 * Where this loop deviates from the paper, and why:
 *
 * 1. Groups are adaptive: two samples first, then 3, 5, 9, … up to G while the rewards do not spread. `adaptiveGroups: false`
 *    draws all G at once, as published. A problem that taught nothing before is mostly left at one or two samples, and of
 *    a group whose rewards spread two winners and two losers are summarised, not all.
 * 2. A group without spread is not learned from, as its advantages are all zero; `learnFrom` widens that.
 * 3. Truncated, unparseable and failed rollouts have no reward; the published loop scores them as wrong.
 * 4. Operations are checked by code (length, form, ids, problem-specific content, duplicates) and remembered when
 *    refused; the paper leaves all of it to the model.
 * 5. Consolidation works in groups of about sqrt(n) and then merges the merges; one call over a hundred proposals loses
 *    most of them. A single proposal needs no call.
 * 6. E <- E (+) O is done by code; no model ever rewrites the library.
 * 7. A candidate library is kept only when it does not score lower on held-out problems (`gate`).
 */
import { toHex, type Sha256 } from '../core/digest.ts';
import { ZooError, exitCode } from '../core/error.ts';
import type { GateAccount, StepAccount, TrainResult } from '../core/learning/account.ts';
import { type Change, applyOperations } from '../core/library/apply.ts';
import type { Library } from '../core/library/library.ts';
import { leftOutOfPrompt } from '../core/library/prompt.ts';
import type { ProposedOperation } from '../core/library/operation.ts';
import { canonicalJson } from '../core/tree/canonical.ts';
import { accountForStep } from './account.ts';
import { boundGrading } from './bound-grading.ts';
import { compete } from './compete.ts';
import { type Consolidation, consolidate } from './consolidate.ts';
import { writeDirectly } from './direct.ts';
import { passGate } from './gate.ts';
import { learnFromGroups } from './learn.ts';
import { planSteps } from './plan.ts';
import { recordBarren } from './predict.ts';
import { refuse, refuseLasting, remember } from './refused.ts';
import type { Run, Step, World } from './run.ts';
import { type TrainState, resumeState } from './state.ts';

/** How a run ended. Unless it completed, `library` is what its last finished step left. */
export interface TrainOutcome {
  readonly status: TrainResult['status'];
  readonly library: Library;
  readonly steps: readonly StepAccount[];
  /** The last decision of the gate. */
  readonly gate: GateAccount | null;
  readonly resumedFrom: number | null;
  /** What stopped the run early. */
  readonly stoppedBy: unknown;
}

/**
 * Runs the loop from its last checkpoint to its end, and yields the account of every step once it is committed.
 *
 * A budget that is used up or an interruption ends the run with a status, not with an exception; it can be resumed.
 * @throws ZooError for what the user must mend: an endpoint that refuses, a quota, a journal that cannot be written
 */
export async function* train(run: Run, given: World): AsyncGenerator<StepAccount, TrainOutcome> {
  const world = boundGrading(given);
  let state = await resumeState(run, world);
  const resumedFrom = state.finished > 0 ? state.finished : null;
  let status: TrainOutcome['status'] = 'completed';
  let stoppedBy: unknown;
  const plan = planSteps(run);
  world.observe({
    type: 'run-started',
    run: run.id,
    steps: plan.length,
    groups: run.problems.length * run.settings.epochs,
    groupSize: run.settings.groupSize,
  });
  try {
    for (const step of plan.slice(state.finished)) {
      world.observe({ type: 'step-started', epoch: step.epoch, step: step.step, groups: step.problems.length });
      warnOfCap(state.library, run, world);
      const next = await takeStep(step, state, run, world);
      await world.journal.commit(next.state);
      state = next.state;
      for (const change of next.changes) world.observe({ type: 'experience', step: step.step, ...change });
      world.observe({ type: 'step-finished', account: next.account });
      yield next.account;
    }
    if (state.gate !== null && state.gatesPassed === 0) status = 'rejected';
  } catch (thrown) {
    status = statusOf(thrown);
    stoppedBy = thrown;
  }
  return { status, library: state.accepted, steps: state.steps, gate: state.gate, resumedFrom, stoppedBy };
}

/** One batch: rollouts and stages 1 and 2 group by group, then stage 3, then the gate. */
async function takeStep(step: Step, state: TrainState, run: Run, world: World): Promise<Taken> {
  const { settings } = run;
  const groups = settings.direct
    ? []
    : await learnFromGroups(
        step,
        state.library,
        state.refused,
        new Map(Object.entries(state.lengths)),
        state.barren,
        run,
        world,
      );
  const written = settings.direct
    ? await writeDirectly(step, state.library, state.refused, run, world)
    : { proposals: [], rejections: [] };

  const learned = [...groups, written];
  const proposals = [...state.carried, ...learned.flatMap((group) => group.proposals)];
  const { consolidation, candidate, changes } = await chooseCandidate(step, proposals, state, run, world);
  world.observe({
    type: 'consolidation',
    step: step.step,
    operations: consolidation.operations.length,
    carried: consolidation.carried.length,
  });
  const rejections = [...learned.flatMap((group) => group.rejections), ...consolidation.rejections];
  for (const { operation, reason, detail } of rejections) {
    await world.journal.append({
      type: 'decision',
      step: step.step,
      about: 'operation',
      decision: reason,
      reason: detail,
      data: operation,
    });
  }
  const ungated = [...state.ungated, ...consolidation.operations];
  const refused = remember(state.refused, refuseLasting(rejections));
  const reached: TrainState = {
    ...state,
    finished: step.step + 1,
    library: candidate,
    refused,
    carried: [...consolidation.carried],
    ungated,
    lengths: { ...state.lengths, ...Object.fromEntries(groups.map(({ problemId, length }) => [problemId, length])) },
    barren: recordBarren(state.barren, groups),
  };
  const gated = await gate(step, reached, run, world);
  const kept = gated.library === candidate;
  const account = accountForStep({
    step,
    groups,
    proposed: proposals.length + learned.flatMap((group) => group.rejections).length,
    consolidation,
    rejections,
    library: gated.library,
    run,
  });
  warnOfLosses(account, run, world);
  return { state: { ...gated, steps: [...state.steps, account] }, account, changes: kept ? changes : [] };
}

interface Taken {
  readonly state: TrainState;
  readonly account: StepAccount;
  readonly changes: readonly Change[];
}

/** What the prompt has no room for cannot help: that is told with the mend. */
function warnOfCap({ experiences }: Library, { settings }: Run, world: World): void {
  const left = leftOutOfPrompt({ experiences }, settings.libraryTokens);
  if (left === 0) return;
  world.observe({
    type: 'warning',
    code: 'library-cut',
    message: `${left} of ${experiences.length} experiences have no room in the prompt, the least confident ones`,
    hint: `Raise --library-tokens (ZOO_LIBRARY_TOKENS), now ${settings.libraryTokens}, or prune the library.`,
  });
}

/** Rollouts that taught nothing are told with their denominator and the mend. */
function warnOfLosses({ step, rollouts }: StepAccount, { settings }: Run, world: World): void {
  const { truncated, failed, total } = rollouts;
  if (truncated > 0) {
    world.observe({
      type: 'warning',
      code: 'truncated',
      message: `${truncated} of ${total} rollouts of step ${step + 1} ran into the token limit before they answered`,
      hint: `Raise --max-tokens (ZOO_MAX_TOKENS), now ${settings.student.maxTokens ?? 'left to the endpoint'}.`,
    });
  }
  if (failed > 0) {
    world.observe({
      type: 'warning',
      code: 'failed',
      message: `${failed} of ${total} rollouts of step ${step + 1} failed; they count neither as right nor as wrong`,
      hint: 'The journal tells each reason; zoo doctor checks the endpoint.',
    });
  }
}

interface Candidate {
  readonly consolidation: Consolidation;
  readonly candidate: Library;
  readonly changes: readonly Change[];
}

/** Stage 3 and E <- E (+) O; where the gate looks at this step, the best of several consolidations. */
async function chooseCandidate(
  step: Step,
  proposals: readonly ProposedOperation[],
  state: TrainState,
  run: Run,
  world: World,
): Promise<Candidate> {
  const count = isGateDue(step, run) && proposals.length > 1 ? run.settings.candidates : 1;
  const candidates = await Promise.all(
    Array.from({ length: count }, async (_, index): Promise<Candidate> => {
      const consolidation = await consolidate(proposals, state.library, state.refused, step.step, run, world, index);
      const { createdAt, createdBy } = run;
      const context = { createdAt, createdBy, sha256: world.sha256 };
      const { library, changes } = applyOperations(state.library, consolidation.operations, context);
      return { consolidation, candidate: library, changes };
    }),
  );
  const libraries = candidates.map(({ candidate }) => candidate);
  const best = count === 1 ? 0 : await compete(libraries, step.step, run, world);
  return candidates[best] as Candidate;
}

function isGateDue(step: Step, { settings }: Run): boolean {
  return settings.gate === 'step' || (settings.gate === 'epoch' && step.lastOfEpoch);
}

/** Keeps the candidate when it passes, and goes back to the library accepted last when it does not. */
async function gate(step: Step, state: TrainState, run: Run, world: World): Promise<TrainState> {
  if (run.settings.gate === 'off') return { ...state, accepted: state.library, ungated: [] };
  if (!isGateDue(step, run)) return state;
  if (state.ungated.length === 0) return { ...state, accepted: state.library };

  const account = await passGate(state.accepted, state.library, step.step, run, world);
  const how = `on ${account.n} held-out problems (${account.samples} of up to ${account.planned} samples each)`;
  const reason = account.accepted
    ? `the candidate scored no lower ${how}`
    : `the candidate scored lower ${how}; the library stays as it was`;
  await world.journal.append({
    type: 'decision',
    step: step.step,
    about: 'gate',
    decision: account.accepted ? 'accepted' : 'rejected',
    reason,
    data: account,
  });
  world.observe({ type: 'gate', step: step.step, accepted: account.accepted, delta: account.delta, reason });
  if (account.accepted) {
    return { ...state, accepted: state.library, ungated: [], gate: account, gatesPassed: state.gatesPassed + 1 };
  }
  const refusals = state.ungated.map(({ operation }) => refuse(operation, 'the library scored lower with it'));
  return { ...state, library: state.accepted, ungated: [], refused: remember(state.refused, refusals), gate: account };
}

/** Errors that end a run in good order; all others are the caller's. */
function statusOf(thrown: unknown): TrainOutcome['status'] {
  if (thrown instanceof ZooError && thrown.exitCode === exitCode.budget) return 'budget';
  if (thrown instanceof ZooError && thrown.exitCode === exitCode.interrupted) return 'interrupted';
  throw thrown;
}

/**
 * What makes two runs the same: every setting, the data, the models, the prompts and the library they begin with; not
 * their name, nor the time. 16 hexadecimal digits; experiences name the run that taught them by it.
 */
export function runFingerprint(facts: Readonly<Record<string, unknown>>, sha256: Sha256): string {
  return toHex(sha256(canonicalJson(facts))).slice(0, 16);
}
