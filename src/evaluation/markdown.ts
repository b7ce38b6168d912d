import { escapeComment } from '../core/escape-markdown.ts';
import { outcomeKinds } from '../core/learning/outcome.ts';
import { formatCount, formatDollars, formatInterval, formatProbability, formatScore, formatShare } from './format.ts';
import type { EvaluationResult, PairedAccount } from './result.ts';
import type { TransferResult } from './transfer.ts';

/** An evaluation as a comment for a pull request (GitHub-flavoured Markdown). */
export function evaluationMarkdown(result: EvaluationResult): string {
  const { dataset, samples, arms, paired, comparisons, outcomes, usage, notes } = result;
  const lines = [
    `### zoo eval: ${escapeComment(dataset.name)}`,
    '',
    ...(paired === null ? [] : [verdictLine(paired), '']),
    ...table(
      ['arm', 'model', 'experiences', `mean@${samples}`, '95 % interval', `pass@${samples}`, `maj@${samples}`],
      arms.map(({ name, model, experiences, mean, ci95, passAt, majAt }) => [
        escapeComment(name),
        escapeComment(model),
        formatCount(experiences),
        formatScore(mean),
        ci95 === null ? '–' : formatInterval(ci95, false),
        formatScore(passAt[String(samples)]),
        formatScore(majAt[String(samples)]),
      ]),
    ),
    '',
    ...table(
      ['outcome', ...arms.map(({ name }) => escapeComment(name))],
      outcomeKinds.map((kind) => [
        kind,
        ...arms.map(
          ({ outcomes: own }) =>
            `${formatCount(own[kind])} of ${formatCount(own.total)} (${formatShare(own[kind], own.total)})`,
        ),
      ]),
    ),
    ...comparisons.flatMap((comparison) => ['', verdictLine(comparison)]),
    ...cautionLines(notes, [paired, ...comparisons]),
    '',
    `<sub>${formatCount(dataset.problems)} problems, ${formatCount(samples)} samples a problem and arm, ` +
      `${formatCount(outcomes.total)} samples in all; ${formatCount(usage.calls)} calls, ${formatDollars(usage.usd)} (estimated).</sub>`,
  ];
  return `${lines.join('\n')}\n`;
}

/** The transfer table: a row a model, a column a dataset. */
export function transferMarkdown({ cells }: TransferResult): string {
  const models = [...new Set(cells.map(({ model }) => model))];
  const datasets = [...new Set(cells.map(({ dataset }) => dataset))];
  const cellOf = (model: string, dataset: string) => {
    const paired = cells.find((cell) => cell.model === model && cell.dataset === dataset)?.result.paired;
    return paired === undefined || paired === null
      ? '–'
      : `${formatScore(paired.delta, true)} ${formatInterval(paired.ci95)} ${paired.verdict}`;
  };
  const lines = [
    '### zoo eval: transfer',
    '',
    ...table(
      ['model', ...datasets.map(escapeComment)],
      models.map((model) => [escapeComment(model), ...datasets.map((dataset) => cellOf(model, dataset))]),
    ),
    '',
    '<sub>With the library minus without it, mean score, 95 % interval and verdict, each cell by itself.</sub>',
  ];
  return `${lines.join('\n')}\n`;
}

function verdictLine({ baseline, candidate, delta, ci95, p, verdict, power, effect, n }: PairedAccount): string {
  const detail = [
    `${formatScore(delta, true)} ${formatInterval(ci95)}`,
    `p = ${formatProbability(p)}`,
    `${formatCount(n)} problems`,
    `power ${formatScore(power)} for ${formatScore(effect, true)}`,
  ].join(', ');
  return `**${escapeComment(candidate)}** against ${escapeComment(baseline)}: **${verdict}** (${detail})`;
}

function cautionLines(notes: readonly string[], accounts: readonly (PairedAccount | null)[]): string[] {
  const cautions = [...notes, ...new Set(accounts.flatMap((account) => account?.cautions ?? []))];
  return cautions.length === 0 ? [] : ['', ...cautions.map((caution) => `> ⚠ ${escapeComment(caution)}`)];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map((_, index) => (index === 0 ? ' --- ' : ' ---: ')).join('|')}|`, ...rows.map(line)];
}
