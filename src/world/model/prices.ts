import type { Usage } from '../../core/learning/rollout.ts';
import type { ModelIdentity } from './model.ts';

/** US dollars per million tokens. */
export interface Price {
  readonly input: number;
  /** Prompt tokens that the endpoint had in its cache; `input` where it is left out. */
  readonly cachedInput?: number | undefined;
  readonly output: number;
}

/** Prices by the name that the endpoint knows the model by. */
export type PriceTable = Readonly<Record<string, Price>>;

/** When the list prices below were taken down. Vendors change them: `prices` in zoo.config.json overrides any. */
export const pricesAsOf = '2025-12';

const table: PriceTable = {
  // OpenAI
  'gpt-5.2': { input: 1.75, cachedInput: 0.175, output: 14 },
  'gpt-5.1': { input: 1.25, cachedInput: 0.125, output: 10 },
  'gpt-5': { input: 1.25, cachedInput: 0.125, output: 10 },
  'gpt-5-mini': { input: 0.25, cachedInput: 0.025, output: 2 },
  'gpt-5-nano': { input: 0.05, cachedInput: 0.005, output: 0.4 },
  'gpt-4.1': { input: 2, cachedInput: 0.5, output: 8 },
  'gpt-4.1-mini': { input: 0.4, cachedInput: 0.1, output: 1.6 },
  'gpt-4.1-nano': { input: 0.1, cachedInput: 0.025, output: 0.4 },
  'gpt-4o': { input: 2.5, cachedInput: 1.25, output: 10 },
  'gpt-4o-mini': { input: 0.15, cachedInput: 0.075, output: 0.6 },
  o1: { input: 15, cachedInput: 7.5, output: 60 },
  o3: { input: 2, cachedInput: 0.5, output: 8 },
  'o3-mini': { input: 1.1, cachedInput: 0.55, output: 4.4 },
  'o4-mini': { input: 1.1, cachedInput: 0.275, output: 4.4 },
  // DeepSeek
  'deepseek-chat': { input: 0.28, cachedInput: 0.028, output: 0.42 },
  'deepseek-reasoner': { input: 0.28, cachedInput: 0.028, output: 0.42 },
  // Anthropic, through OpenRouter
  'anthropic/claude-opus-4.5': { input: 5, cachedInput: 0.5, output: 25 },
  'anthropic/claude-opus-4.1': { input: 15, cachedInput: 1.5, output: 75 },
  'anthropic/claude-sonnet-4.5': { input: 3, cachedInput: 0.3, output: 15 },
  'anthropic/claude-sonnet-4': { input: 3, cachedInput: 0.3, output: 15 },
  'anthropic/claude-haiku-4.5': { input: 1, cachedInput: 0.1, output: 5 },
  'anthropic/claude-3.5-haiku': { input: 0.8, cachedInput: 0.08, output: 4 },
  // Qwen, Alibaba Cloud Model Studio, international, non-thinking, up to 32k tokens of prompt
  'qwen-max': { input: 1.6, cachedInput: 0.64, output: 6.4 },
  'qwen-plus': { input: 0.4, cachedInput: 0.16, output: 1.2 },
  'qwen-turbo': { input: 0.05, cachedInput: 0.02, output: 0.2 },
  'qwen-flash': { input: 0.05, cachedInput: 0.02, output: 0.4 },
  'qwen3-max': { input: 1.2, cachedInput: 0.24, output: 6 },
};

const free: Price = { input: 0, output: 0 };
/** What runs on a machine of the user's costs nothing a token. */
const localProviders: ReadonlySet<string> = new Set(['ollama', 'llama', 'sim', 'vllm']);

/**
 * What a model costs: the user's own price first, nothing for local providers and for OpenRouter's `:free` models, the
 * table's otherwise, dated names (`gpt-4o-2024-08-06`) and `openai/gpt-4o` like the plain ones. Undefined when nobody
 * knows: an unknown price is never taken for zero.
 */
export function priceOf(identity: ModelIdentity, overrides: PriceTable = {}): Price | undefined {
  const names = namesOf(identity.model);
  for (const name of names) {
    const price = own(overrides, name);
    if (price !== undefined) return price;
  }
  if (localProviders.has(identity.provider) || identity.model.endsWith(':free')) return free;
  for (const name of names) {
    const price = own(table, name);
    if (price !== undefined) return price;
  }
  return undefined;
}

/** US dollars. */
export function costOf(usage: Usage, price: Price): number {
  const { promptTokens, cachedTokens, completionTokens } = usage;
  const cached = cachedTokens * (price.cachedInput ?? price.input);
  return ((promptTokens - cachedTokens) * price.input + cached + completionTokens * price.output) / 1e6;
}

/** A model's name and what it may be listed as, the most exact first. */
function namesOf(model: string): readonly string[] {
  const lower = model.toLowerCase();
  const undated = lower.replace(/-(\d{4}-\d{2}-\d{2}|\d{8})$/, '');
  const bare = (name: string) => name.replace(/^(openai|deepseek|qwen)\//, '');
  return [...new Set([model, lower, undated, bare(lower), bare(undated)])];
}

function own(prices: PriceTable, name: string): Price | undefined {
  return Object.hasOwn(prices, name) ? prices[name] : undefined;
}
