import type { TrainResult } from '../../core/learning/account.ts';
import type { Hamiltonian } from '../../core/learning/hamiltonian.ts';
import { outcomeKinds, type OutcomeCounts } from '../../core/learning/outcome.ts';
import { meanInterval } from '../../core/learning/statistics.ts';
import {
  formatCount,
  formatCountOf,
  formatDollars,
  formatDuration,
  formatInterval,
  formatScore,
  formatShare,
} from '../format.ts';
import { stages as stageOrder } from '../../world/model/model.ts';
import { barChart, growthChart, outcomeChart, type Point, seriesChart } from './charts.ts';
import type { Collected } from './collect.ts';
import { card, figure, section, table } from './blocks.ts';
import { type Html, html, type HtmlValue } from './html.ts';

export function summarySection(result: TrainResult): Html {
  const { steps, library, usage, time } = result;
  const accepted = steps.reduce((sum, { operations }) => sum + operations.accepted, 0);
  const proposed = steps.reduce((sum, { operations }) => sum + operations.proposed, 0);
  const rollouts = steps.reduce((sum, step) => sum + step.rollouts.total, 0);
  const saved = steps.reduce((sum, step) => sum + step.saved, 0);
  const [first, last] = [steps[0], steps.at(-1)];
  return html`<ul class="cards" aria-label="Key figures">
    ${card(
      `${formatScore(first?.reward.mean)} → ${formatScore(last?.reward.mean)}`,
      'mean reward, first and last step, on training problems',
    )}
    ${card(`${library.before.count} → ${library.after.count}`, 'experiences')}
    ${card(`${formatCount(accepted)} of ${formatCount(proposed)}`, 'proposed operations accepted')}
    ${card(formatCount(rollouts), saved > 0 ? `rollouts; ${formatCount(saved)} were not needed` : 'rollouts')}
    ${card(formatDollars(usage.usd), `estimated cost, ${formatCount(usage.calls)} calls`)}
    ${card(
      formatDuration(time.wallMs),
      time.efficiency === null ? 'wall time' : `wall time, ${formatShare(time.efficiency, 1)} of the limit`,
    )}
  </ul>`;
}

export function rewardSection({ steps }: TrainResult, collected: Collected): Html {
  const points = steps.flatMap(({ step, reward }): Point[] => {
    if (reward.mean === null) return [];
    const means = collected.rewards.get(step) ?? [];
    // Adaptive groups differ in size: the interval is one of problems, and stands around the mean over problems.
    const interval = meanInterval(means);
    const value = means.length === 0 ? reward.mean : means.reduce((sum, mean) => sum + mean, 0) / means.length;
    return [{ step, value, low: interval?.[0], high: interval?.[1] }];
  });
  const chart = seriesChart(points, {
    label: 'mean reward',
    describe: 'Mean reward of the training problems after each step, with 95 % intervals',
  });
  return section(
    'reward',
    'Reward per step',
    html`<p>
        Mean over the step’s problems of each problem’s mean reward, with Student’s 95 % interval over problems. Steps
        see different problems and the library learned from some of them, so a rise here is no proof that the library
        helps on others: <code>zoo eval</code> on held-out problems is. Groups are left small where their problems
        taught nothing before.
      </p>
      ${points.length === 0 ? html`<p class="note">No rollout was graded.</p>` : figure(chart)}
      ${table(
        'Reward per step',
        ['step', 'epoch', 'groups', 'contested', 'left small', 'mean reward', '95 % interval', 'spread (std)'],
        steps.map(({ step, epoch, groups, contested, predicted, reward }) => {
          const point = points.find((one) => one.step === step);
          const interval =
            point?.low === undefined || point.high === undefined ? '–' : formatInterval([point.low, point.high], false);
          return [
            step,
            epoch,
            groups,
            `${contested} of ${groups}`,
            formatCount(predicted),
            formatScore(point?.value),
            interval,
            formatScore(reward.std),
          ];
        }),
      )}`,
  );
}

export function outcomeSection({ steps, judge }: TrainResult): Html {
  const totals = steps.reduce<Record<keyof OutcomeCounts, number>>(
    (sum, { rollouts }) => {
      for (const kind of [...outcomeKinds, 'total'] as const) sum[kind] += rollouts[kind];
      return sum;
    },
    { total: 0, correct: 0, wrong: 0, truncated: 0, unparseable: 0, failed: 0 },
  );
  const row = (name: HtmlValue, counts: OutcomeCounts): HtmlValue[] => [
    name,
    formatCount(counts.total),
    ...outcomeKinds.map(
      (kind) => html`${formatCount(counts[kind])} <small>${formatShare(counts[kind], counts.total)}</small>`,
    ),
  ];
  const drawn = steps.filter(({ rollouts }) => rollouts.total > 0);
  return section(
    'outcomes',
    'Outcomes',
    html`<p>
        What became of ${formatCount(totals.total)} rollouts. Only correct and wrong ones were graded and have a reward;
        a failed call is not a wrong answer.
        ${
          judge !== undefined &&
          `A model judged: it graded ${formatCount(judge.graded)} of ${formatCount(judge.asked)} answers that it was asked about; ${formatCount(judge.failed)} calls failed, and ${formatCount(judge.unusable)} replies were unusable.`
        }
      </p>
      ${
        totals.truncated > 0 &&
        html`<p class="bad">
          ${formatCount(totals.truncated)} of ${formatCount(totals.total)} rollouts
          (${formatShare(totals.truncated, totals.total)}) ran into the token limit before they answered. A larger
          <code>--max-tokens</code> mends it.
        </p>`
      }
      ${drawn.length === 0 ? '' : figure(outcomeChart(drawn, 'Shares of outcomes of the rollouts of each step'))}
      ${table(
        'Outcomes per step, with the share of the step’s rollouts',
        ['step', 'rollouts', ...outcomeKinds],
        [row('all', totals), ...steps.map(({ step, rollouts }) => row(step, rollouts))],
      )}`,
  );
}

export function costSection({ usage }: TrainResult): Html {
  const order = (name: string) => stageOrder.findIndex((stage) => stage === name);
  const stages = Object.entries(usage.byStage).sort(([a], [b]) => order(a) - order(b));
  const bars = stages.map(([name, totals]) => {
    const tokens = totals.promptTokens + totals.completionTokens;
    return { name, value: tokens, text: formatCount(tokens) };
  });
  const row = (name: string, totals: (typeof stages)[number][1]): HtmlValue[] => [
    name,
    formatCount(totals.calls),
    formatCount(totals.promptTokens),
    html`${formatCount(totals.cachedTokens)} <small>${formatShare(totals.cachedTokens, totals.promptTokens)}</small>`,
    formatCount(totals.completionTokens),
    formatDollars(totals.usd),
  ];
  return section(
    'cost',
    'Cost by stage',
    html`${
      bars.length > 0 &&
      figure(barChart(bars, { label: 'tokens', describe: 'Prompt and completion tokens of each stage' }))
    }
    ${table(
      'Calls, tokens and estimated cost; the share of prompt tokens that the server had cached',
      ['stage', 'calls', 'prompt tokens', 'of them cached', 'completion tokens', 'estimated cost'],
      [...stages.map(([name, totals]) => row(name, totals)), row('all', usage)],
    )}`,
  );
}

export function growthSection({ steps, library }: TrainResult): Html {
  const points = [
    { step: 0, value: library.before.count },
    ...steps.map(({ experiences }, index) => ({ step: index + 1, value: experiences })),
  ];
  const rejected = new Map<string, number>();
  let accepted = 0;
  let carried = 0;
  for (const { operations } of steps) {
    accepted += operations.accepted;
    carried += operations.carried;
    for (const { reason, count } of operations.rejected) rejected.set(reason, (rejected.get(reason) ?? 0) + count);
  }
  const reasons = [...rejected].sort((a, b) => b[1] - a[1]);
  const bars = [['accepted', accepted] as const, ...reasons].map(([name, value]) => ({
    name,
    value,
    text: formatCount(value),
  }));
  return section(
    'growth',
    'Library growth',
    html`<p>
        From ${library.before.version ?? 'no version'} (${formatCountOf(library.before.count, 'experience')}) to
        ${library.after.version ?? 'no version'} (${formatCount(library.after.count)}).
      </p>
      ${steps.length > 0 && figure(growthChart(points, 'Experiences in the library after each step'))}
      <h3>Operations accepted, and rejected by reason</h3>
      ${figure(barChart(bars, { label: 'operations', describe: 'Operations accepted, and rejected by reason' }))}
      <p class="note">
        ${reasons.length === 0 ? 'None was rejected.' : ''}
        ${
          carried > 0 &&
          `${formatCount(carried)} times an operation was carried to the next step because its consolidation failed.`
        }
      </p>`,
  );
}

export function hamiltonianSection({ steps }: TrainResult, collected: Collected): Html {
  const chart = (quantity: keyof Hamiltonian, label: string, colour: string) => {
    const points = steps.flatMap(({ step, hamiltonian }): Point[] => {
      if (hamiltonian === null) return [];
      const interval = meanInterval((collected.hamiltonians.get(step) ?? []).map((group) => group[quantity]));
      return [{ step, value: hamiltonian[quantity], low: interval?.[0], high: interval?.[1] }];
    });
    return points.length === 0
      ? ''
      : html`<h3>${label}</h3>
          ${figure(seriesChart(points, { label: quantity, describe: `${label} after each step`, colour }))}`;
  };
  const measured = steps.filter(({ hamiltonian }) => hamiltonian !== null);
  return section(
    'hamiltonian',
    'Hamiltonian account',
    html`<p>
        The paper (section 4.1) states an invariant, Ψ · Θ = κ: as the context’s mass Ψ grows, the model’s uncertainty Θ
        falls, and κ stays. It is a claim under test, not an assumption of the method. Ψ is the confidence-weighted
        relevance of the injected experiences; Θ is the normalised entropy of a group’s answers plus the share of the
        context that the prompt takes. Intervals are over the step’s groups.
        <code>zoo hamiltonian</code> tests the claim on this run.
      </p>
      ${measured.length === 0 && html`<p class="note">The run kept no Hamiltonian account.</p>`}
      ${chart('kappa', 'κ = Ψ · Θ', 'var(--accent)')} ${chart('psi', 'Ψ, policy mass', 'var(--unparseable)')}
      ${chart('theta', 'Θ, inference cost', 'var(--wrong)')}`,
  );
}

export function decisionSection({ decisions, decisionsInAll }: Collected): Html {
  return section(
    'decisions',
    'Decisions',
    html`<p>
        ${
          decisionsInAll === 0
            ? 'The journal holds no decision beside those counted above.'
            : `What the loop left out, refused or kept, as its journal tells it.`
        }
        ${
          decisions.length < decisionsInAll &&
          `The first ${formatCount(decisions.length)} of ${formatCount(decisionsInAll)}; the others are in the journal.`
        }
      </p>
      ${
        decisions.length > 0 &&
        html`<details>
          <summary>${formatCount(decisions.length)} decisions</summary>
          ${table(
            'Decisions in the order of the journal',
            ['step', 'about', 'decision', 'reason'],
            decisions.map(({ step, about, decision, reason }) => [step, about, decision, reason]),
            'text',
          )}
        </details>`
      }`,
  );
}
