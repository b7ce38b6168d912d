import { z } from 'zod';
import type { GateAccount, TrainResult, UsageTotals } from '../../core/learning/account.ts';
import type { JournalEntry } from '../../world/journal/journal.ts';
import {
  formatCount,
  formatCountOf,
  formatDollars,
  formatInterval,
  formatProbability,
  formatScore,
  formatShare,
} from '../format.ts';
import { section, table } from './blocks.ts';
import { type Html, html } from './html.ts';

type Decision = Extract<JournalEntry, { type: 'decision' }>;

/** What the gate said at a step, and how the candidates that competed for the step had scored. */
export interface GateDecision {
  readonly step: number;
  readonly account: GateAccount;
}

export interface Competition {
  readonly step: number;
  readonly reason: string;
  readonly scores: readonly { readonly index: number; readonly score: number }[];
}

const accountSchema: z.ZodType<GateAccount> = z.object({
  accepted: z.boolean(),
  delta: z.number(),
  ci95: z.tuple([z.number(), z.number()]),
  p: z.number(),
  n: z.number(),
  power: z.number().nullable(),
  samples: z.number(),
  planned: z.number(),
});
const scoresSchema = z.array(z.object({ index: z.number(), score: z.number() }));

export function readGateDecision({ about, step, data }: Decision): GateDecision | undefined {
  const checked = about === 'gate' ? accountSchema.safeParse(data) : undefined;
  return checked?.success === true ? { step, account: checked.data } : undefined;
}

export function readCompetition({ about, decision, step, reason, data }: Decision): Competition | undefined {
  const checked = about === 'candidates' && decision === 'competed' ? scoresSchema.safeParse(data) : undefined;
  return checked?.success === true ? { step, reason, scores: checked.data } : undefined;
}

export function gateSection(
  { gate, dataset, usage }: TrainResult,
  decisions: readonly GateDecision[],
  competitions: readonly Competition[],
): Html {
  if (gate === null) {
    const off = 'The gate was off: nothing was held out and every candidate was kept.';
    const idle = 'No candidate came to the gate: nothing was learned that could have been kept.';
    return section('gate', 'Gate', html`<p>${dataset.gate === 0 ? off : idle}</p>`);
  }
  const spent = usage.byStage['gate'];
  return section(
    'gate',
    'Gate',
    html`<p>
        The last candidate library was
        <strong class="${gate.accepted ? 'good' : 'bad'}">${gate.accepted ? 'accepted' : 'not accepted'}</strong>
        on ${formatCountOf(dataset.gate, 'held-out problem')}. A candidate is kept when its paired mean reward is not
        lower than that of the library in force; sampling ends as soon as the rest would hardly change the
        decision.${spent !== undefined && html` All decisions together cost ${costOf(spent, usage)}.`}
      </p>
      ${
        decisions.length > 0 &&
        table(
          'Decisions of the gate',
          ['step', 'decision', 'difference', '95 % interval', 'p', 'problems', 'samples each', 'power for 0.05'],
          decisions.map(({ step, account }) => [
            step,
            account.accepted ? 'accepted' : 'not accepted',
            formatScore(account.delta, true),
            formatInterval(account.ci95),
            formatProbability(account.p),
            formatCount(account.n),
            `${account.samples} of ${account.planned}`,
            formatScore(account.power),
          ]),
        )
      }
      ${
        competitions.length > 0 &&
        table(
          'Candidates that competed for a step, with their scores',
          ['step', 'round', 'mean rewards'],
          competitions.map(({ step, reason, scores }) => [
            step,
            reason,
            scores.map(({ index, score }) => `candidate ${index + 1}: ${formatScore(score)}`).join(', '),
          ]),
          'text',
        )
      }`,
  );
}

function costOf(spent: UsageTotals, usage: UsageTotals): string {
  const tokens = ({ promptTokens, completionTokens }: UsageTotals) => promptTokens + completionTokens;
  const share = formatShare(tokens(spent), tokens(usage));
  return `${formatCountOf(spent.calls, 'call')} and ${formatCountOf(tokens(spent), 'token')}, ${share} of all (estimated cost: ${formatDollars(spent.usd)})`;
}
