import { parsePage } from './parse-page.ts';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../src/evaluation/evaluate.ts';
import { evaluationJunit, transferJunit } from '../../src/evaluation/junit.ts';
import { escapeMarkdown } from '../../src/core/escape-markdown.ts';
import { evaluationMarkdown, transferMarkdown } from '../../src/evaluation/markdown.ts';
import { evaluateTransfer } from '../../src/evaluation/transfer.ts';
import {
  fakeEvaluation,
  fakeEvaluationWorld,
  learner,
  numberVerifier,
  problems,
  template,
  usefulLibrary,
} from './fake-evaluation.ts';

const hostile = 'x | <img src=x> @everyone [a](javascript:1)\n# title "\'&\u0007';

describe('evaluationMarkdown', () => {
  it('tells scores, outcomes with denominators, verdict and cost', async () => {
    const text = evaluationMarkdown(await evaluate(fakeEvaluation(learner(0.4, 0.3)), fakeEvaluationWorld()));
    expect(text).toContain('**with** against without: **better**');
    expect(text).toMatch(/\| without \| scripted \| 0 \| 0\.\d{3} \| \[0\.\d{3}, 0\.\d{3}\] \|/);
    expect(text).toMatch(/\| correct \| \d+ of 192 \(\d+\.\d %\) \| \d+ of 192/);
    expect(text).toContain('price unknown');
  });

  it('lets no text of others become markup', async () => {
    const evaluation = fakeEvaluation(learner(0.4, 0.3), { dataset: { name: hostile, sha256: '' } });
    const title = evaluationMarkdown(await evaluate(evaluation, fakeEvaluationWorld())).split('\n')[0] ?? '';
    expect(title).not.toMatch(/<img|[^\\]\||[^\\]\[|@/);
    expect(title).toContain('title');
    expect(escapeMarkdown('a\n\n# b')).toBe('a \\# b');
  });
});

describe('evaluationJunit', () => {
  it('fails the comparison that got worse, and nothing else', async () => {
    const evaluation = fakeEvaluation(learner(0.8, -0.5), { dataset: { name: hostile, sha256: '' } });
    const text = evaluationJunit(await evaluate(evaluation, fakeEvaluationWorld()));
    const { document } = parsePage(`<body>${text.replace(/^<\?xml.*\?>/, '')}</body>`);
    expect(document.querySelector('testsuites')?.getAttribute('failures')).toBe('1');
    const failed = [...document.querySelectorAll('testcase')].filter((one) => one.querySelector('failure') !== null);
    expect(failed.map((one) => one.getAttribute('name'))).toEqual(['with is not worse than without']);
    expect(document.querySelectorAll('testcase')).toHaveLength(3);
    expect(document.querySelector('img')).toBeNull();
    expect(text).not.toContain('\u0007');
    expect(document.querySelector('system-out')?.textContent).toContain('p-3\t');
  });
});

describe('evaluateTransfer', () => {
  it('evaluates one library over models and datasets, each with its own verifier', async () => {
    const { dataset: _, problems: __, arms: ___, ...parameters } = fakeEvaluation(learner(0, 0));
    const [helped, harmed] = [learner(0.3, 0.5), learner(0.8, -0.5)];
    const { verifier: ____, ...world } = fakeEvaluationWorld();
    const strict = {
      ...numberVerifier,
      name: 'never',
      verify: async () => ({ kind: 'unparseable', reason: '' }) as const,
    };
    const result = await evaluateTransfer(
      {
        ...parameters,
        library: usefulLibrary,
        template,
        models: [
          { ...helped, identity: { ...helped.identity, model: 'small' } },
          { ...harmed, identity: { ...harmed.identity, model: 'other' } },
        ],
        datasets: [
          { name: 'one', sha256: '', problems, verifier: numberVerifier },
          { name: 'two', sha256: '', problems, verifier: strict },
        ],
      },
      world,
    );
    const verdicts = result.cells.map(({ model, dataset, result: { paired } }) => [model, dataset, paired?.verdict]);
    expect(verdicts).toEqual([
      ['small', 'one', 'better'],
      ['small', 'two', 'not distinguishable'],
      ['other', 'one', 'worse'],
      ['other', 'two', 'not distinguishable'],
    ]);
    const table = transferMarkdown(result);
    const suites = transferJunit(result).match(/<testsuite name="[^"]*" tests="3" failures="\d"/g);
    expect(suites?.map((suite) => suite.slice(-2, -1))).toEqual(['0', '0', '1', '0']);
    expect(table).toMatch(/\| small \| \+0\.\d{3} .* better \| 0\.000 .* not distinguishable \|/);
  });
});
