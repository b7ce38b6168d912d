import { formatInterval, formatProbability, formatScore } from './format.ts';
import { escapeHtml } from './report/html.ts';
import type { ArmResult, EvaluationResult, PairedAccount } from './result.ts';
import type { TransferResult } from './transfer.ts';

/**
 * An evaluation as a JUnit report: a test for each comparison, which fails when the arm is worse than the baseline, and a
 * test for each arm, which fails when it answered nothing. Scores of the problems stand in the arms' output; a hard
 * problem is no failed test.
 */
export function evaluationJunit(result: EvaluationResult): string {
  return renderSuites([{ name: `zoo eval ${result.dataset.name}`, cases: casesOf(result) }]);
}

/** The same for every cell of a transfer, a suite each. */
export function transferJunit({ cells }: TransferResult): string {
  return renderSuites(
    cells.map(({ model, dataset, result }) => ({ name: `zoo eval ${model} on ${dataset}`, cases: casesOf(result) })),
  );
}

function casesOf({ arms, paired, comparisons }: EvaluationResult): Case[] {
  const compared = [paired, ...comparisons].filter((account) => account !== null);
  return [...arms.map(armCase), ...compared.map(comparisonCase)];
}

interface Suite {
  readonly name: string;
  readonly cases: readonly Case[];
}

function renderSuites(suites: readonly Suite[]): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="zoo eval" ${countsOf(suites.flatMap(({ cases }) => cases))}>`,
    ...suites.flatMap(({ name, cases }) => [
      `  <testsuite name="${escapeHtml(name)}" ${countsOf(cases)}>`,
      ...cases.map((one) => renderCase(name, one)),
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n');
}

function countsOf(cases: readonly Case[]): string {
  const failures = cases.filter(({ failure }) => failure !== undefined).length;
  return `tests="${cases.length}" failures="${failures}" errors="0"`;
}

interface Case {
  readonly name: string;
  readonly failure?: string;
  readonly output: string;
}

function armCase({ name, mean, perProblem }: ArmResult): Case {
  const scores = perProblem.map((own) => `${own.id}\t${formatScore(own.mean)}\t${own.correct} of ${own.answered}`);
  return {
    name: `${name} answers`,
    output: [`mean ${formatScore(mean)}`, ...scores].join('\n'),
    ...(mean === null && { failure: `No call of "${name}" succeeded.` }),
  };
}

function comparisonCase({ baseline, candidate, delta, ci95, p, verdict, cautions }: PairedAccount): Case {
  const finding = `${verdict}: ${formatScore(delta, true)} ${formatInterval(ci95)}, p = ${formatProbability(p)}`;
  return {
    name: `${candidate} is not worse than ${baseline}`,
    output: [finding, ...cautions].join('\n'),
    ...(verdict === 'worse' && { failure: finding }),
  };
}

function renderCase(suite: string, { name, failure, output }: Case): string {
  const told = failure === undefined ? '' : `\n      <failure message="${escapeHtml(failure)}"/>`;
  return `    <testcase classname="${escapeHtml(suite)}" name="${escapeHtml(name)}">${told}
      <system-out>${escapeHtml(output)}</system-out>
    </testcase>`;
}
