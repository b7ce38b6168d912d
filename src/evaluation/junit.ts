import { formatInterval, formatProbability, formatScore } from './format.ts';
import { escapeHtml } from './report/html.ts';
import type { ArmResult, EvaluationResult, PairedAccount } from './result.ts';

/**
 * An evaluation as a JUnit report: a test for each comparison, which fails when the arm is worse than the baseline, and a
 * test for each arm, which fails when it answered nothing. Scores of the problems stand in the arms' output; a hard
 * problem is no failed test.
 */
export function evaluationJunit({ dataset, arms, paired, comparisons }: EvaluationResult): string {
  const compared = [paired, ...comparisons].filter((account) => account !== null);
  const cases = [...arms.map(armCase), ...compared.map(comparisonCase)];
  const failures = cases.filter(({ failure }) => failure !== undefined).length;
  const counts = `tests="${cases.length}" failures="${failures}" errors="0"`;
  const name = `zoo eval ${escapeHtml(dataset.name)}`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="zoo eval" ${counts}>`,
    `  <testsuite name="${name}" ${counts}>`,
    ...cases.map((one) => renderCase(dataset.name, one)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
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
  return `    <testcase classname="zoo.eval.${escapeHtml(suite)}" name="${escapeHtml(name)}">${told}
      <system-out>${escapeHtml(output)}</system-out>
    </testcase>`;
}
