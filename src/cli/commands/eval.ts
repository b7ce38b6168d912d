import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ZooError, exitCode } from '../../core/error.ts';
import type { Config } from '../../app/config.ts';
import type { EvaluateRequest } from '../../app/evaluate.ts';
import type { EvaluationEvent } from '../../evaluation/event.ts';
import type { EvaluationResult } from '../../evaluation/result.ts';
import type { TransferResult } from '../../evaluation/transfer.ts';
import { type Invocation, textFlag } from '../invocation.ts';
import { untilInterrupted } from '../interrupt.ts';
import { numberFlag } from '../number-flag.ts';
import type { Terminal } from '../terminal.ts';
import { cleanLine } from '../view/clean-text.ts';
import { describeJudge } from '../view/describe-judge.ts';
import { renderTable } from '../view/table.ts';

/** `zoo eval`: without and with the library on the same problems, paired, with intervals and a verdict. */
export async function evaluate(invocation: Invocation): Promise<number> {
  const { terminal, flags } = invocation;
  const config = await invocation.config();
  const { parseControls, planFor, runEvaluation } = await import('../../app/evaluate.ts');
  const { controlNames } = await import('../../evaluation/controls.ts');
  const asked = {
    samples: numberFlag(invocation, 'samples', { preset: 8, least: 1, whole: true }),
    effect: numberFlag(invocation, 'effect', { preset: 0.05, least: 0, whole: false }),
    untilDecided: flags['untilDecided'] === true,
    versions: listFlag(invocation, 'versions'),
    controls: parseControls(listFlag(invocation, 'controls'), controlNames),
    training: textFlag(invocation, 'training'),
    allowTrainedOn: flags['allowTrainedOn'] === true,
    models: listFlag(invocation, 'models'),
    promptFolders: listFlag(invocation, 'promptFolders').map((folder) => resolve(terminal.host.folder, folder)),
  };
  if (flags['transfer'] === true) return await transfer(invocation, config, asked);
  if (flags['dryRun'] === true) {
    const plan = await planFor(config, asked);
    terminal.document({ dryRun: true, ...plan });
    terminal.print(
      `${plan.calls} calls: ${plan.problems} problems, ${plan.arms.length} arms (${plan.arms.join(', ')}), ${asked.samples} samples each`,
    );
    terminal.print(
      `a difference of ${asked.effect} is seen with a chance of ${plan.power.toFixed(2)}; ${plan.detectable?.toFixed(3) ?? 'none'} with one of 0.80`,
    );
    return exitCode.done;
  }
  const interrupt = untilInterrupted(terminal, 'an evaluation keeps nothing');
  let result: EvaluationResult;
  try {
    const request: EvaluateRequest = { ...asked, observe: observer(terminal), signal: interrupt.signal };
    result = await runEvaluation(config, request);
  } finally {
    interrupt.end();
  }
  terminal.document(result);
  tell(result, terminal);
  await writeFiles(invocation, config, result);
  const worse = result.paired?.verdict === 'worse';
  return flags['failOnRegression'] === true && worse ? exitCode.regression : exitCode.done;
}

/** `zoo eval --transfer`: one library over several models and datasets, each pair by itself. */
async function transfer(
  invocation: Invocation,
  config: Config,
  asked: Omit<EvaluateRequest, 'observe' | 'signal'>,
): Promise<number> {
  const { terminal, flags } = invocation;
  refuseWithTransfer(invocation, ['versions', 'controls', 'training', 'promptFolders', 'html', 'dryRun']);
  const { runTransfer } = await import('../../app/transfer.ts');
  const datasets = listFlag(invocation, 'datasets');
  const interrupt = untilInterrupted(terminal, 'an evaluation keeps nothing');
  let result: TransferResult;
  try {
    result = await runTransfer(config, { ...asked, datasets, observe: observer(terminal), signal: interrupt.signal });
  } finally {
    interrupt.end();
  }
  terminal.document(result);
  const rows = result.cells.map(({ model, dataset, result: { arms, paired } }) => [
    cleanLine(model),
    cleanLine(dataset),
    score(arms[0]?.mean),
    score(arms[1]?.mean),
    paired === null ? '-' : `${paired.delta >= 0 ? '+' : ''}${score(paired.delta)}`,
    paired === null ? '-' : `${score(paired.ci95[0])} to ${score(paired.ci95[1])}`,
    paired?.verdict ?? '-',
  ]);
  terminal.print(renderTable(['model', 'dataset', 'without', 'with', 'delta', '95 %', 'verdict'], rows));
  const { folder } = terminal.host;
  const markdown = textFlag(invocation, 'markdown');
  const junit = textFlag(invocation, 'junit');
  if (markdown !== undefined) {
    const { transferMarkdown } = await import('../../evaluation/markdown.ts');
    await writeFile(resolve(folder, markdown), transferMarkdown(result));
  }
  if (junit !== undefined) {
    const { transferJunit } = await import('../../evaluation/junit.ts');
    await writeFile(resolve(folder, junit), transferJunit(result));
  }
  const worse = result.cells.some(({ result: { paired } }) => paired?.verdict === 'worse');
  return flags['failOnRegression'] === true && worse ? exitCode.regression : exitCode.done;
}

function refuseWithTransfer({ flags }: Invocation, names: readonly string[]): void {
  const given = names.find((name) => flags[name] !== undefined && flags[name] !== false);
  if (given === undefined) return;
  const flag = `--${given.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  throw new ZooError('usage', `${flag} does not go with --transfer`, {
    exitCode: exitCode.usage,
    hint: `Leave ${flag} out, or evaluate one model on one dataset without --transfer.`,
  });
}

/** A line every tenth of the way, and the warnings. */
function observer(terminal: Terminal): (event: EvaluationEvent) => void {
  let total = 0;
  let drawn = 0;
  return (event) => {
    terminal.event(event);
    switch (event.type) {
      case 'evaluation-started':
        total = event.problems * event.samples * event.arms.length;
        terminal.message('info', `${event.problems} problems, ${event.samples} samples, arms ${event.arms.join(', ')}`);
        break;
      case 'sample': {
        drawn++;
        const tenth = Math.max(1, Math.floor(total / 10));
        if (drawn % tenth === 0) terminal.message('info', `${drawn} of ${total} samples`);
        break;
      }
      case 'look':
        terminal.message(
          'info',
          `after ${event.samples} samples: ${event.verdict} (delta ${event.delta.toFixed(3)}, p ${event.p.toFixed(3)})`,
        );
        break;
      case 'warning':
        terminal.message(
          'warn',
          `warning [${event.code}] ${cleanLine(event.message)}${event.hint === undefined ? '' : ` — ${cleanLine(event.hint)}`}`,
        );
        break;
      case 'call-started':
      case 'call-first-token':
      case 'call-finished':
      case 'call-failed':
      case 'concurrency':
        break;
    }
  };
}

function tell(result: EvaluationResult, terminal: Terminal): void {
  const { arms, samples, paired, comparisons } = result;
  const rows = arms.map(({ name, experiences, mean, ci95, passAt, majAt, outcomes }) => [
    name,
    String(experiences),
    score(mean),
    ci95 === null ? '-' : `${score(ci95[0])} to ${score(ci95[1])}`,
    score(passAt[String(samples)]),
    score(majAt[String(samples)]),
    `${outcomes.correct}/${outcomes.total}`,
    [outcomes.truncated, outcomes.unparseable, outcomes.failed].join('/'),
  ]);
  const head = [
    'arm',
    'experiences',
    `mean@${samples}`,
    '95 %',
    `pass@${samples}`,
    `maj@${samples}`,
    'correct',
    'truncated/unparseable/failed',
  ];
  terminal.print(renderTable(head, rows));
  for (const account of [...(paired === null ? [] : [paired]), ...comparisons]) {
    const { candidate, baseline, delta, ci95, p, verdict, n } = account;
    terminal.print(
      `\n${candidate} against ${baseline}: ${verdict}; ${delta >= 0 ? '+' : ''}${score(delta)} (${score(ci95[0])} to ${score(ci95[1])}), p ${p.toFixed(3)}, ${n} problems`,
    );
    for (const caution of account.cautions) terminal.print(`  caution: ${cleanLine(caution)}`);
  }
  if (result.judge !== undefined) terminal.print(`\njudge: ${describeJudge(result.judge)}`);
}

async function writeFiles(invocation: Invocation, config: Config, result: EvaluationResult): Promise<void> {
  const { folder } = invocation.terminal.host;
  const markdown = textFlag(invocation, 'markdown');
  const junit = textFlag(invocation, 'junit');
  const html = textFlag(invocation, 'html');
  if (markdown !== undefined) {
    const { evaluationMarkdown } = await import('../../evaluation/markdown.ts');
    await writeFile(resolve(folder, markdown), evaluationMarkdown(result));
  }
  if (junit !== undefined) {
    const { evaluationJunit } = await import('../../evaluation/junit.ts');
    await writeFile(resolve(folder, junit), evaluationJunit(result));
  }
  if (html !== undefined) {
    const { buildEvaluationReport } = await import('../../evaluation/evaluation-report.ts');
    const { describeEvaluation } = await import('../../app/evaluate.ts');
    await writeFile(resolve(folder, html), await buildEvaluationReport(await describeEvaluation(config, result)));
  }
}

function listFlag(invocation: Invocation, name: string): readonly string[] {
  return (
    textFlag(invocation, name)
      ?.split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '') ?? []
  );
}

function score(value: number | null | undefined): string {
  return value === null || value === undefined ? '-' : value.toFixed(3);
}
