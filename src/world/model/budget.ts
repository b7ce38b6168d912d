import { ZooError, exitCode } from '../../core/error.ts';
import type { UsageAccount } from '../../core/learning/account.ts';
import type { Observe } from '../../core/learning/event.ts';
import type { Clock } from '../clock/clock.ts';
import { eitherSignal } from './either-signal.ts';
import { estimatePromptTokens } from './estimate-tokens.ts';
import type { Completion, Model, ModelIdentity, ModelRequest, Purpose, Sampled } from './model.ts';
import { type Price, type PriceTable, costOf, priceOf } from './prices.ts';
import { type CostBasis, type Expense, createTally, saneUsage } from './tally.ts';
import { createWaitingLine } from './waiting-line.ts';

/** Hard stops over all stages and roles; what is left out is not limited. */
export interface BudgetLimits {
  /** US dollars. */
  readonly maxCost?: number | undefined;
  /** Prompt and completion tokens. */
  readonly maxTokensTotal?: number | undefined;
  /** Completions drawn. */
  readonly maxCalls?: number | undefined;
  /** Milliseconds from the creation of the budget, so of this invocation: a resumed run has them anew. */
  readonly maxTimeMs?: number | undefined;
}

export interface BudgetOptions extends BudgetLimits {
  readonly clock: Clock;
  readonly observe: Observe;
  /** The user's own prices; they go before the built-in ones. */
  readonly prices?: PriceTable | undefined;
  /** Completion tokens that are reserved for a request that sets no `maxTokens`; 32,768 by default. */
  readonly assumedMaxTokens?: number | undefined;
}

/** What a run may spend and has spent. One for all models of a run; `budgeted` wraps each of them. */
export interface Budget {
  /**
   * Aborted when `maxTimeMs` is over, with the error that the run ends with; watched from the first call on. What
   * waits for longer than that, as for a retry, goes by it too. Undefined when time is not limited.
   */
  readonly deadline: AbortSignal | undefined;
  /** What was spent, by stage. Dollars are null where a price is unknown. */
  account(): UsageAccount;
  /** How the dollars of the account are known. */
  costBasis(): CostBasis;
  /** Adds what earlier sessions of the run had spent, as {@link Budget.account} told it then. */
  restore(account: UsageAccount): void;
  /** Adds a completion that is taken from the journal, paid for by an earlier session. */
  recall(identity: ModelIdentity, purpose: Purpose, completion: Completion): void;
  /** @throws ZooError `price-unknown` when `maxCost` is set and nobody knows what the model costs */
  priceFor(identity: ModelIdentity): Price | undefined;
  /** The most that a request can cost. */
  worstCase(request: ModelRequest, price: Price | undefined): Expense;
  /**
   * Sets the worst case aside; waits for calls in flight when it does not fit beside theirs.
   *
   * @throws ZooError `budget-exhausted` (exit code 4) when nothing is in flight and it still does not fit
   */
  reserve(need: Expense, signal: AbortSignal | undefined): Promise<void>;
  /** Books what a call really used in place of what was set aside for it. */
  settle(need: Expense, identity: ModelIdentity, request: ModelRequest, sampled: readonly Sampled[]): void;
  /** The call broke off. `share` of it, in [0, 1], may be billed though nobody told how much: it stays set aside. */
  abandon(need: Expense, share: number): void;
  /** Ends the watch of the time, so that no timer outlives the run. */
  close(): void;
}

const nothing: Expense = { calls: 0, tokens: 0, usd: 0 };
/** Of rounding, in dollars. */
const slack = 1e-9;
/** Tokenizers differ from the estimate by less, on prose; what is seen beyond it raises it, nonsense apart. */
const leastMargin = 1.25;
const largestMargin = 4;

export function createBudget(options: BudgetOptions): Budget {
  const { clock, observe, prices, maxCost, maxTokensTotal, maxCalls, maxTimeMs, assumedMaxTokens = 32_768 } = options;
  const measuresTokens = maxCost !== undefined || maxTokensTotal !== undefined;
  const endsAt = maxTimeMs === undefined ? Infinity : clock.now() + maxTimeMs;
  const deadline = new AbortController();
  const tally = createTally();
  const known = new WeakMap<ModelIdentity, { readonly price: Price | undefined }>();
  const line = createWaitingLine<Expense>(1, () => serve());
  /** Booked, and set aside for good or for calls in flight. */
  let spent = nothing;
  let reserved = nothing;
  let inFlight = 0;
  let stopped: ZooError | undefined;
  let watch: AbortController | undefined;
  /** How many times as many prompt tokens as estimated to reckon with. */
  let margin = leastMargin;

  function shortage(need: Expense): ZooError | undefined {
    if (clock.now() >= endsAt) return timeIsOver();
    const calls = spent.calls + reserved.calls + need.calls;
    if (maxCalls !== undefined && calls > maxCalls)
      return exhausted('max-calls', spent.calls, maxCalls, need.calls, (n) => `${n} calls`);
    const tokens = spent.tokens + reserved.tokens + need.tokens;
    if (maxTokensTotal !== undefined && tokens > maxTokensTotal)
      return exhausted('max-tokens-total', spent.tokens, maxTokensTotal, need.tokens, (n) => `${n} tokens`);
    const usd = spent.usd + reserved.usd + need.usd;
    if (maxCost !== undefined && usd > maxCost + slack)
      return exhausted('max-cost', spent.usd, maxCost, need.usd, (n) => `$${n.toFixed(4)}`);
    return undefined;
  }

  function lookUp(identity: ModelIdentity): Price | undefined {
    const found = known.get(identity) ?? { price: priceOf(identity, prices) };
    known.set(identity, found);
    return found.price;
  }

  function timeIsOver(): ZooError {
    return exhausted('max-time', maxTimeMs ?? 0, maxTimeMs ?? 0, 0, (n) => `${n / 1000} s`);
  }

  function stop(error: ZooError): ZooError {
    stopped ??= error;
    line.turnAway(stopped);
    return stopped;
  }

  function grant(need: Expense): void {
    reserved = add(reserved, need);
    inFlight++;
    if (endsAt < Infinity && watch === undefined) void watchDeadline();
  }

  function serve(): void {
    for (let need = line.peek(); need !== undefined; need = line.peek()) {
      const short = shortage(need);
      if (short === undefined) {
        grant(need);
        line.serve();
      } else if (inFlight === 0) stop(short);
      else return;
    }
  }

  function finish(need: Expense, used: Expense): void {
    reserved = subtract(reserved, need);
    spent = add(spent, used);
    inFlight--;
    if (inFlight === 0) reserved = nothing;
    serve();
  }

  async function watchDeadline(): Promise<void> {
    watch = new AbortController();
    try {
      await clock.sleep(Math.max(0, endsAt - clock.now()), watch.signal);
      deadline.abort(stop(timeIsOver()));
    } catch (thrown) {
      if (!watch.signal.aborted) throw thrown;
    }
  }

  return {
    deadline: maxTimeMs === undefined ? undefined : deadline.signal,
    account: () => tally.account(),
    costBasis: () => tally.costBasis(),
    restore: (account) => {
      tally.restore(account);
      const { calls, promptTokens, completionTokens, usd } = account;
      spent = add(spent, { calls, tokens: promptTokens + completionTokens, usd: usd ?? 0 });
    },
    recall: (identity, purpose, completion) => {
      spent = add(spent, tally.add(purpose.stage, completion, lookUp(identity)));
    },
    priceFor: (identity) => {
      const price = lookUp(identity);
      if (price === undefined && maxCost !== undefined) throw priceUnknown(identity);
      return price;
    },
    worstCase: (request, price) => {
      const calls = request.samples.length;
      if (!measuresTokens) return { calls, tokens: 0, usd: 0 };
      const promptTokens = Math.ceil(estimatePromptTokens(request.messages) * margin);
      const completionTokens = request.sampling.maxTokens ?? assumedMaxTokens;
      const usd = price === undefined ? 0 : costOf({ promptTokens, cachedTokens: 0, completionTokens }, price);
      return { calls, tokens: calls * (promptTokens + completionTokens), usd: calls * usd };
    },
    reserve: async (need, signal) => {
      if (stopped !== undefined) throw stopped;
      const short = line.size > 0 ? undefined : shortage(need);
      if (line.size === 0 && short === undefined) return grant(need);
      if (short !== undefined && (inFlight === 0 || clock.now() >= endsAt)) throw stop(short);
      await line.join(need, { priority: 0, signal });
    },
    settle: (need, identity, { messages, purpose }, sampled) => {
      const price = lookUp(identity);
      let used = nothing;
      for (const sample of sampled) {
        if (sample.kind !== 'completion') continue;
        const expense = tally.add(purpose.stage, sample, price);
        used = add(used, expense);
        if (measuresTokens)
          margin = Math.max(margin, saneUsage(sample.usage).promptTokens / estimatePromptTokens(messages));
        observe({
          type: 'call-finished',
          stage: purpose.stage,
          usage: saneUsage(sample.usage),
          usd: price === undefined && sample.billedUsd === undefined ? null : expense.usd,
          milliseconds: sample.timing.totalMs,
        });
      }
      margin = Math.min(margin, largestMargin);
      finish(need, used);
    },
    abandon: (need, share) => {
      finish(need, { calls: need.calls * share, tokens: need.tokens * share, usd: need.usd * share });
    },
    close: () => watch?.abort(),
  };
}

/**
 * Keeps a model's calls within a {@link Budget}. Before a call, the most that it can need is set aside: its prompt as
 * estimated, with a margin, and `maxTokens` of completion for every sample, at the full price; so calls that run side by
 * side cannot overshoot. Afterwards the true usage is booked. A call that was refused costs nothing; of one that broke
 * off after its first token nobody knows what is billed, so all of it stays set aside. When `maxTimeMs` is over, new
 * calls are refused and those in flight are aborted.
 *
 * @throws ZooError `price-unknown` at once, when `maxCost` is set and nobody knows what the model costs
 */
export function budgeted(model: Model, budget: Budget): Model {
  const price = budget.priceFor(model.identity);
  return {
    ...model,
    generate: async (request, options = {}) => {
      const need = budget.worstCase(request, price);
      await budget.reserve(need, options.signal);
      let begun = 0;
      let sampled: readonly Sampled[];
      try {
        sampled = await model.generate(request, {
          ...options,
          signal: eitherSignal(options.signal, budget.deadline),
          onFirstToken: (milliseconds) => {
            begun++;
            options.onFirstToken?.(milliseconds);
          },
        });
      } catch (thrown) {
        budget.abandon(need, Math.min(1, begun / request.samples.length));
        options.signal?.throwIfAborted();
        budget.deadline?.throwIfAborted();
        throw thrown;
      }
      budget.settle(need, model.identity, request, sampled);
      return sampled;
    },
  };
}

function add(a: Expense, b: Expense): Expense {
  return { calls: a.calls + b.calls, tokens: a.tokens + b.tokens, usd: a.usd + b.usd };
}

function subtract(a: Expense, b: Expense): Expense {
  return { calls: a.calls - b.calls, tokens: a.tokens - b.tokens, usd: a.usd - b.usd };
}

function exhausted(
  name: string,
  spent: number,
  limit: number,
  needed: number,
  write: (amount: number) => string,
): ZooError {
  const why =
    name === 'max-time'
      ? `the time is over: ${write(limit)}`
      : `${write(spent)} of ${write(limit)} are spent, and the next call may need ${write(needed)}`;
  const variable = `ZOO_${name.replaceAll('-', '_').toUpperCase()}`;
  return new ZooError('budget-exhausted', `the budget --${name} is exhausted: ${why}`, {
    exitCode: exitCode.budget,
    hint:
      `Nothing is lost. Raise --${name} (${variable}) and go on with --resume` +
      (needed > 0 && name !== 'max-calls' ? ', or lower --max-tokens, which is set aside for every call.' : '.'),
    data: { budget: name, spent, limit, needed },
  });
}

function priceUnknown({ model, provider }: ModelIdentity): ZooError {
  return new ZooError(
    'price-unknown',
    `--max-cost is set, but the price of the model "${model}" (provider ${provider}) is not known`,
    {
      exitCode: exitCode.usage,
      hint:
        `Give its price in dollars per million tokens in zoo.config.json: {"prices": {"${model}": {"input": 1, "output": 2}}}, ` +
        'or limit the run by --max-tokens-total (ZOO_MAX_TOKENS_TOTAL) instead.',
      data: { model, provider },
    },
  );
}
