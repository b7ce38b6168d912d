import type { TrainResult, UsageTotals } from '../../core/learning/account.ts';
import type { TrainEvent } from '../../core/learning/event.ts';
import { type ExitCode, exitCode, messageOf } from '../../core/error.ts';
import type { Config } from '../../app/config.ts';
import { flagName } from '../../app/settings.ts';
import type { Training } from '../../app/train.ts';
import { type Invocation, textFlag } from '../invocation.ts';
import { keepHeapSmall } from '../../app/wire/keep-heap-small.ts';
import type { Terminal } from '../terminal.ts';
import { untilInterrupted } from '../interrupt.ts';
import { cleanLine } from '../view/clean-text.ts';
import { describeJudge } from '../view/describe-judge.ts';
import { count, describeCost, describeReward, milestone } from '../view/train-lines.ts';

/** `zoo train`: one run, shown as it goes, and its account at the end. */
export async function train(invocation: Invocation): Promise<ExitCode> {
  const config = await invocation.config();
  if (invocation.flags['dryRun'] === true) {
    const { dryRunTraining } = await import('./train-dry-run.ts');
    return await dryRunTraining(invocation, config);
  }
  const { terminal, flags } = invocation;
  const { runTraining } = await import('../../app/train.ts');
  keepHeapSmall();
  const view = await openView(terminal, flags['live'] !== false);
  const interrupt = untilInterrupted(terminal, 'the run can be resumed');
  const resume = flags['resume'] === true ? true : textFlag(invocation, 'resume');
  let training: Training;
  let begun: string | undefined;
  const observe = (event: TrainEvent) => {
    if (event.type === 'run-started') begun = event.run;
    view.observe(event);
  };
  try {
    training = await runTraining(config, {
      run: textFlag(invocation, 'run'),
      resume,
      replay: textFlag(invocation, 'replay'),
      observe,
      signal: interrupt.signal,
    });
  } catch (thrown) {
    await view.close();
    const again = begun === undefined || flags['replay'] !== undefined ? undefined : begun;
    if (again !== undefined)
      terminal.message('error', `What was done so far is kept. To go on: ${goingOn(again, config)}`);
    throw thrown;
  } finally {
    interrupt.end();
  }
  await view.close();
  const report = flags['replay'] === undefined ? await reportOn(training, invocation) : undefined;
  tell(training, report, terminal, config);
  return codeOf(training.result.status);
}

/** The report of a run that ended. That it cannot be written is told, and does not make the run a failed one. */
async function reportOn({ result }: Training, { terminal, config }: Invocation): Promise<string | undefined> {
  if (result.status === 'interrupted') return undefined;
  try {
    const { writeReport } = await import('../../app/report.ts');
    return (await writeReport(await config(), result.run, undefined)).path;
  } catch (thrown) {
    terminal.message('warn', `warning [report] the report was not written: ${cleanLine(messageOf(thrown))}`);
    return undefined;
  }
}

interface View {
  readonly observe: (event: TrainEvent) => void;
  readonly close: () => Promise<void>;
}

/** The live view on a terminal, one line a milestone elsewhere; events on stdout where they were asked for. */
async function openView(terminal: Terminal, wanted: boolean): Promise<View> {
  if (!wanted || !terminal.live()) {
    return {
      observe: (event) => {
        terminal.event(event);
        const line = milestone(event);
        if (line !== undefined) terminal.message(event.type === 'warning' ? 'warn' : 'info', line);
      },
      close: () => Promise.resolve(),
    };
  }
  // React checks everything it does otherwise, which costs more than the drawing itself.
  process.env['NODE_ENV'] ??= 'production';
  const [{ createTrainStore }, { showTrainView }] = await Promise.all([
    import('../view/store.ts'),
    import('../view/train-view.tsx'),
  ]);
  const store = createTrainStore();
  const close = showTrainView(store, process.stderr, terminal.coloured);
  return {
    observe: (event) => {
      terminal.event(event);
      store.observe(event);
    },
    close,
  };
}

function tell(training: Training, report: string | undefined, terminal: Terminal, config: Config): void {
  const { result, folder, learned, removed, stoppedBy } = training;
  terminal.document(result);
  for (const { id, text } of removed) terminal.print(`- [${id}] ${cleanLine(text)}`);
  for (const { id, text } of learned) terminal.print(`+ [${id}] ${cleanLine(text)}`);
  for (const line of summary(result, learned.length, removed.length)) terminal.print(line);
  terminal.print(`run      ${folder}`);
  if (report !== undefined) terminal.print(`report   ${report}`);
  if (stoppedBy === undefined) return;
  const error = `${cleanLine(stoppedBy.message)}${stoppedBy.hint === undefined ? '' : `\n  hint: ${stoppedBy.hint}`}`;
  terminal.message('error', `stopped: ${error}`);
  terminal.message('error', `To go on: ${goingOn(result.run, config)}`);
}

/** The command that goes on with a run, with the folders that its flags named. */
function goingOn(run: string, { settings, origins }: Config): string {
  const folders = (['library', 'runs', 'datasetsDir'] as const)
    .filter((key) => origins[key].from === 'flag')
    .map((key) => ` ${flagName(key)} ${settings[key]}`);
  return `zoo train --resume ${run}${folders.join('')}`;
}

function summary(result: TrainResult, learned: number, removed: number): string[] {
  const { library, usage, status, dataset, model } = result;
  const { before, after } = library;
  const moved =
    before.root === after.root ? 'unchanged' : `${before.version ?? 'empty'} → ${after.version ?? 'not committed'}`;
  const last = result.steps.at(-1)?.reward;
  const first = result.steps[0]?.reward;
  return [
    '',
    `status   ${status}: ${count(result.steps.length, 'step')} on ${count(dataset.train, 'problem')} of ${dataset.name} with ${model.student}`,
    `learned  ${count(learned, 'experience')}, ${removed} replaced or removed; library ${moved}, ${after.count} in all, root ${after.root.slice(0, 16)}…`,
    ...(first === undefined || last === undefined
      ? []
      : [`reward   ${describeReward(first)} in the first step, ${describeReward(last)} in the last`]),
    ...gateLine(result),
    ...(result.judge === undefined ? [] : [`judge    ${describeJudge(result.judge)}`]),
    `used     ${count(usage.calls, 'call')}, ${usage.promptTokens} prompt tokens (${usage.cachedTokens} cached), ${usage.completionTokens} completion tokens, ${describeCost(usage.usd)}, ${(result.time.wallMs / 1000).toFixed(1)} s`,
  ];
}

/** What the gate said last, and what all its decisions cost. */
function gateLine({ gate, usage }: TrainResult): string[] {
  if (gate === null) return [];
  const { accepted, delta, ci95, n, samples, planned } = gate;
  const [low, high] = ci95.map(signed);
  const said = `${accepted ? 'kept' : 'refused'} the last candidate: ${signed(delta)} (${low} to ${high}) on ${count(n, 'problem')} after ${samples} of up to ${planned} samples`;
  const spent = usage.byStage['gate'];
  const cost =
    spent === undefined
      ? 'nothing was asked for it'
      : `${count(spent.calls, 'call')}, ${share(spent, usage)} of all tokens, ${describeCost(spent.usd)}`;
  return [`gate     ${said}; ${cost}`];
}

function share(part: UsageTotals, whole: UsageTotals): string {
  const [own, all] = [part, whole].map(({ promptTokens, completionTokens }) => promptTokens + completionTokens);
  return `${Math.round((100 * (own ?? 0)) / Math.max(1, all ?? 0))} %`;
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(3)}`;
}

function codeOf(status: TrainResult['status']): ExitCode {
  return {
    completed: exitCode.done,
    budget: exitCode.budget,
    interrupted: exitCode.interrupted,
    rejected: exitCode.regression,
  }[status];
}
