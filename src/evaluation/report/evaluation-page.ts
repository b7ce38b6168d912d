import { outcomeKinds } from '../../core/learning/outcome.ts';
import type { EvaluationReportInput } from '../evaluation-report.ts';
import {
  formatCount,
  formatCountOf,
  formatDollars,
  formatInterval,
  formatProbability,
  formatScore,
  formatShare,
} from '../format.ts';
import type { EvaluationResult, PairedAccount } from '../result.ts';
import { intervalChart, scatterChart } from './charts.ts';
import { renderDocument } from './document.ts';
import { type Html, html, type HtmlValue } from './html.ts';
import { card, figure, section, table } from './blocks.ts';

const tones = { better: 'good', worse: 'bad', 'not distinguishable': 'quiet' } as const;

/** The whole page, as text. */
export function renderEvaluationPage(input: EvaluationReportInput): string {
  const { result } = input;
  const { dataset, samples, paired } = result;
  return renderDocument(
    `zoo eval: ${dataset.name}`,
    input.sha256,
    html`<header>
        <p class="eyebrow">zoo eval · report</p>
        <h1>
          ${dataset.name}
          ${paired !== null && html`<span class="badge ${tones[paired.verdict]}">${paired.verdict}</span>`}
        </h1>
        <p>
          ${formatCountOf(dataset.problems, 'problem')}, ${formatCountOf(samples, 'sample')} a problem and arm, under
          the same parameters and seeds.
        </p>
      </header>
      <main id="main">
        ${result.notes.map((note) => html`<p class="note">${note}</p>`)} ${figuresOf(result)}
        ${comparisonSection(result)} ${armSection(result)} ${outcomeSection(result)} ${problemSection(result)}
        ${planSection(result)} ${configurationSection(input)}
      </main>
      <footer class="note">Built by zoo ${input.fingerprints['zoo'] ?? ''} at ${input.createdAt}.</footer>`,
  );
}

function figuresOf({ arms, paired, outcomes, usage }: EvaluationResult): Html {
  return html`<ul class="cards" aria-label="Key figures">
    ${paired !== null && card(formatScore(paired.delta, true), `difference, “${paired.candidate}” minus “${paired.baseline}”`)}
    ${paired !== null && card(formatInterval(paired.ci95), '95 % interval of the difference')}
    ${paired !== null && card(formatProbability(paired.p), 'p, sign-flip permutation by problem')}
    ${arms.slice(0, 2).map(({ name, mean }) => card(formatScore(mean), `mean score of “${name}”`))}
    ${card(formatDollars(usage.usd), `estimated cost, ${formatCount(usage.calls)} calls, ${formatCount(outcomes.total)} samples`)}
  </ul>`;
}

function comparisonSection({ paired, comparisons, sequential }: EvaluationResult): Html {
  const all = [paired, ...comparisons].filter((account) => account !== null);
  if (all.length === 0) return section('comparison', 'Comparison', html`<p>A single arm was measured.</p>`);
  const cautions = [...new Set(all.flatMap((account) => account.cautions))];
  return section(
    'comparison',
    'Comparison',
    html`<p>
        Each arm against the first, on the same problems. The problem is the unit: intervals and tests resample problems
        whole. A verdict is given when the interval excludes zero and the permutation test agrees.
      </p>
      ${cautions.map((caution) => html`<p class="bad">${caution}</p>`)}
      ${figure(
        intervalChart(
          all.map(({ candidate, delta, ci95 }) => ({ name: candidate, value: delta, low: ci95[0], high: ci95[1] })),
          {
            label: 'difference of mean scores',
            describe: 'Difference of each arm from the first, with 95 % intervals',
            rule: 0,
          },
        ),
      )}
      ${table(
        `Comparisons; power is the chance of a verdict were the true difference ${formatScore(all[0]?.effect, true)}`,
        ['arm', 'against', 'difference', '95 % interval', 'p', 'verdict', 'problems', 'power'],
        all.map(comparisonRow),
      )}
      ${
        sequential !== null &&
        table(
          `Looks of the sequential test, of at most ${sequential.planned} samples a problem and arm`,
          ['samples', 'difference', 'p', 'decides at', 'verdict'],
          sequential.looks.map(({ samples, delta, p, level, verdict }) => [
            samples,
            formatScore(delta, true),
            formatProbability(p),
            level.toFixed(4),
            verdict,
          ]),
        )
      }`,
  );
}

function comparisonRow(account: PairedAccount): HtmlValue[] {
  const { candidate, baseline, delta, ci95, p, verdict, n, leftOut, power } = account;
  return [
    candidate,
    baseline,
    formatScore(delta, true),
    formatInterval(ci95),
    formatProbability(p),
    html`<strong class="${tones[verdict]}">${verdict}</strong>`,
    leftOut > 0 ? `${formatCount(n)}; ${formatCount(leftOut)} left out` : formatCount(n),
    formatScore(power),
  ];
}

function armSection({ arms, samples }: EvaluationResult): Html {
  const measured = arms.flatMap(({ name, mean, ci95 }) =>
    mean === null ? [] : { name, value: mean, low: ci95?.[0] ?? mean, high: ci95?.[1] ?? mean },
  );
  const sizes = [...new Set(arms.flatMap(({ passAt }) => Object.keys(passAt)))].sort((a, b) => Number(a) - Number(b));
  return section(
    'arms',
    'Arms',
    html`${
      measured.length > 0 &&
      figure(
        intervalChart(measured, { label: `mean@${samples}`, describe: 'Mean score of each arm, with 95 % intervals' }),
      )
    }
    ${table(
      'Mean scores',
      ['arm', 'model', 'experiences', `mean@${samples}`, '95 % interval'],
      arms.map(({ name, model, experiences, mean, ci95 }) => [
        name,
        model,
        formatCount(experiences),
        formatScore(mean),
        ci95 === null ? '–' : formatInterval(ci95, false),
      ]),
    )}
    ${table(
      'pass@k, without bias, and maj@k, by the majority of k answers',
      ['k', ...arms.map(({ name }) => `pass, ${name}`), ...arms.map(({ name }) => `maj, ${name}`)],
      sizes.map((k) => [
        k,
        ...arms.map(({ passAt }) => formatScore(passAt[k])),
        ...arms.map(({ majAt }) => formatScore(majAt[k])),
      ]),
    )}`,
  );
}

function outcomeSection({ arms }: EvaluationResult): Html {
  return section(
    'outcomes',
    'Outcomes',
    html`<p>
        Truncated and unparseable answers earn nothing; a failed call is no sample of the model and has no score.
      </p>
      ${table(
        'Outcomes of each arm, with the share of its samples',
        ['arm', 'samples', ...outcomeKinds],
        arms.map(({ name, outcomes }) => [
          name,
          formatCount(outcomes.total),
          ...outcomeKinds.map(
            (kind) =>
              html`${formatCount(outcomes[kind])} <small>${formatShare(outcomes[kind], outcomes.total)}</small>`,
          ),
        ]),
      )}`,
  );
}

function problemSection({ arms }: EvaluationResult): Html {
  const [baseline, candidate] = arms;
  if (baseline === undefined) return html``;
  const points = baseline.perProblem.flatMap(({ id, mean }, place) => {
    const other = candidate?.perProblem[place]?.mean;
    return mean === null || other === null || other === undefined ? [] : { name: id, baseline: mean, candidate: other };
  });
  const inRange = points.every((point) => [point.baseline, point.candidate].every((score) => score >= 0 && score <= 1));
  return section(
    'problems',
    'Problems',
    html`${
        candidate !== undefined &&
        points.length > 0 &&
        inRange &&
        figure(
          scatterChart(points, {
            baseline: baseline.name,
            candidate: candidate.name,
            describe: 'Mean score of each problem under the first and the second arm',
          }),
        )
      }
      <details>
        <summary>${formatCountOf(baseline.perProblem.length, 'problem')}</summary>
        ${table(
          'Mean score of each problem, with its answered samples',
          ['problem', ...arms.map(({ name }) => name)],
          baseline.perProblem.map(({ id }, place) => [
            id,
            ...arms.map(({ perProblem }) => {
              const own = perProblem[place];
              return html`${formatScore(own?.mean)} <small>${own?.correct} of ${own?.answered}</small>`;
            }),
          ]),
        )}
      </details>`,
  );
}

function planSection({ plan, samples }: EvaluationResult): Html {
  return section(
    'plan',
    'What could be seen',
    html`<p>
      Before anything was drawn: ${formatCount(plan.calls)} samples at most, a chance of ${formatShare(plan.power, 1)}
      to see a true difference of ${formatScore(plan.effect, true)},
      ${
        plan.detectable === null
          ? 'and no difference that would be seen with 80 % chance: there are too few problems'
          : `and 80 % to see one of ${formatScore(plan.detectable, true)}`
      }.
      ${formatCountOf(samples, 'sample')} a problem and arm were drawn.
    </p>`,
  );
}

function configurationSection({ result, configuration, fingerprints }: EvaluationReportInput): Html {
  const facts = [
    ['dataset (SHA-256)', result.dataset.sha256] as const,
    ...Object.entries(fingerprints),
    ...Object.entries(configuration),
  ];
  return section(
    'configuration',
    'Configuration and fingerprints',
    html`<dl class="facts">
      ${facts.map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd><code>${typeof value === 'string' ? value : JSON.stringify(value)}</code></dd>`,
      )}
    </dl>`,
  );
}
