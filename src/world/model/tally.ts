import type { UsageAccount, UsageTotals } from '../../core/learning/account.ts';
import type { Usage } from '../../core/learning/rollout.ts';
import type { Completion } from './model.ts';
import { type Price, costOf } from './prices.ts';

/** Calls (completions drawn), tokens and dollars: what a call may need at most, or what it did need. */
export interface Expense {
  readonly calls: number;
  readonly tokens: number;
  readonly usd: number;
}

/** `mixed`: part told by the endpoint, part from the table. `free`: nothing costs anything. */
export type CostBasis = 'billed' | 'estimated' | 'mixed' | 'free' | 'unknown';

/** Counts what was used, by stage. Sums are of integers, so that they do not depend on the order of completion. */
export interface Tally {
  add(stage: string, completion: Completion, price: Price | undefined): Expense;
  restore(account: UsageAccount): void;
  account(): UsageAccount;
  costBasis(): CostBasis;
}

interface StageSum {
  calls: number;
  promptTokens: number;
  cachedTokens: number;
  completionTokens: number;
  /** Billionths of a dollar. */
  nanodollars: number;
  unknownPrice: boolean;
}

export function createTally(): Tally {
  const byStage = new Map<string, StageSum>();
  let billed = 0;
  let estimated = 0;

  function sumOf(stage: string): StageSum {
    let sum = byStage.get(stage);
    if (sum === undefined) {
      sum = emptySum();
      byStage.set(stage, sum);
    }
    return sum;
  }

  return {
    add: (stage, completion, price) => {
      const usage = saneUsage(completion.usage);
      const sum = sumOf(stage);
      sum.calls++;
      sum.promptTokens += usage.promptTokens;
      sum.cachedTokens += usage.cachedTokens;
      sum.completionTokens += usage.completionTokens;
      const usd = completion.billedUsd ?? (price === undefined ? undefined : costOf(usage, price));
      if (usd === undefined) sum.unknownPrice = true;
      else sum.nanodollars += Math.round(usd * 1e9);
      if (completion.billedUsd !== undefined) billed++;
      else if (usd !== undefined && usd > 0) estimated++;
      return { calls: 1, tokens: usage.promptTokens + usage.completionTokens, usd: usd ?? 0 };
    },
    restore: (account) => {
      for (const [stage, totals] of Object.entries(account.byStage)) {
        const sum = sumOf(stage);
        sum.calls += totals.calls;
        sum.promptTokens += totals.promptTokens;
        sum.cachedTokens += totals.cachedTokens;
        sum.completionTokens += totals.completionTokens;
        if (totals.usd === null) sum.unknownPrice = true;
        else sum.nanodollars += Math.round(totals.usd * 1e9);
        if (totals.usd !== null && totals.usd > 0) estimated++;
      }
    },
    account: () => {
      const total = emptySum();
      const stages: Record<string, UsageTotals> = {};
      for (const stage of [...byStage.keys()].sort()) {
        const sum = sumOf(stage);
        stages[stage] = totalsOf(sum);
        total.calls += sum.calls;
        total.promptTokens += sum.promptTokens;
        total.cachedTokens += sum.cachedTokens;
        total.completionTokens += sum.completionTokens;
        total.nanodollars += sum.nanodollars;
        total.unknownPrice ||= sum.unknownPrice;
      }
      return { ...totalsOf(total), byStage: stages };
    },
    costBasis: () => {
      for (const sum of byStage.values()) if (sum.unknownPrice) return 'unknown';
      if (billed > 0) return estimated > 0 ? 'mixed' : 'billed';
      return estimated > 0 ? 'estimated' : 'free';
    },
  };
}

/** Counts as an endpoint told them, with nonsense (negative, fractional, not a number) made harmless. */
export function saneUsage(usage: Usage): Usage {
  const promptTokens = saneCount(usage.promptTokens);
  return {
    promptTokens,
    cachedTokens: Math.min(promptTokens, saneCount(usage.cachedTokens)),
    completionTokens: saneCount(usage.completionTokens),
  };
}

function saneCount(count: number): number {
  return Number.isFinite(count) ? Math.max(0, Math.round(count)) : 0;
}

function emptySum(): StageSum {
  return { calls: 0, promptTokens: 0, cachedTokens: 0, completionTokens: 0, nanodollars: 0, unknownPrice: false };
}

function totalsOf(sum: StageSum): UsageTotals {
  const { calls, promptTokens, cachedTokens, completionTokens, nanodollars, unknownPrice } = sum;
  return { calls, promptTokens, cachedTokens, completionTokens, usd: unknownPrice ? null : nanodollars / 1e9 };
}
