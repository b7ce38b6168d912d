import type { UsageAccount, UsageTotals } from '../core/learning/account.ts';
import { emptyLibrary, type Library } from '../core/library/library.ts';
import type { Problem } from '../core/learning/problem.ts';
import type { Model } from '../world/model/model.ts';
import type { Verifier } from '../world/verifier/verifier.ts';
import { type Arm, type Evaluation, evaluate, type EvaluationWorld } from './evaluate.ts';
import type { EvaluationResult } from './result.ts';

export interface TransferDataset {
  readonly name: string;
  readonly sha256: string;
  readonly problems: readonly Problem[];
  readonly verifier: Verifier;
}

export interface Transfer extends Omit<Evaluation, 'dataset' | 'problems' | 'arms'> {
  readonly library: Library;
  readonly template: Arm['template'];
  readonly models: readonly Model[];
  readonly datasets: readonly TransferDataset[];
}

/** One library over several models and datasets: a cell for each pair, in the order of models, then datasets. */
export interface TransferResult {
  readonly cells: readonly TransferCell[];
}

interface TransferCell {
  readonly model: string;
  readonly dataset: string;
  readonly result: EvaluationResult;
}

/**
 * Measures what a library is worth to models that did not write it, and on problems that it was not learned from. Each
 * cell is a whole evaluation without and with the library; its verdict holds for that cell, so among twenty
 * cells without a difference one may say otherwise.
 */
export async function evaluateTransfer(
  transfer: Transfer,
  world: Omit<EvaluationWorld, 'verifier'>,
): Promise<TransferResult> {
  const { library, template, models, datasets, ...parameters } = transfer;
  const cells: TransferCell[] = [];
  for (const model of models) {
    for (const { name, sha256, problems, verifier } of datasets) {
      const arms: Arm[] = [
        { name: 'without', library: emptyLibrary, model, template },
        { name: 'with', library, model, template },
      ];
      const evaluation = { ...parameters, dataset: { name, sha256 }, problems, arms };
      const before = world.account();
      const account = () => subtractUsage(world.account(), before);
      const result = await evaluate(evaluation, { ...world, verifier, account });
      cells.push({ model: model.identity.model, dataset: name, result });
    }
  }
  return { cells };
}

/** What was spent since. */
function subtractUsage(now: UsageAccount, before: UsageAccount): UsageAccount {
  const stages = Object.entries(now.byStage).map(([stage, totals]) => {
    const earlier = before.byStage[stage];
    return [stage, earlier === undefined ? totals : subtractTotals(totals, earlier)] as const;
  });
  return { ...subtractTotals(now, before), byStage: Object.fromEntries(stages) };
}

function subtractTotals(now: UsageTotals, before: UsageTotals): UsageTotals {
  return {
    calls: now.calls - before.calls,
    promptTokens: now.promptTokens - before.promptTokens,
    cachedTokens: now.cachedTokens - before.cachedTokens,
    completionTokens: now.completionTokens - before.completionTokens,
    usd: now.usd === null || before.usd === null ? null : now.usd - before.usd,
  };
}
