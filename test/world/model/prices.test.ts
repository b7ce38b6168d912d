import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { costOf, priceOf, pricesAsOf } from '../../../src/world/model/prices.ts';

const openai = (model: string) => ({ provider: 'openai', model, endpoint: 'https://api.example.test/v1' });

describe('priceOf', () => {
  it.each(['gpt-4o', 'gpt-4o-2024-08-06', 'openai/gpt-4o', 'GPT-4o'])('knows %s', (model) => {
    expect(priceOf(openai(model))).toEqual({ input: 2.5, cachedInput: 1.25, output: 10 });
  });

  it('does not take one model for another', () => {
    expect(priceOf(openai('gpt-4o-mini'))?.input).toBe(0.15);
    expect(priceOf(openai('anthropic/claude-sonnet-4.5'))?.output).toBe(15);
    expect(priceOf(openai('somebody/gpt-4o'))).toBeUndefined();
    expect(priceOf(openai('gpt-4o-tuned'))).toBeUndefined();
    expect(priceOf(openai('constructor'))).toBeUndefined();
  });

  it.each(['ollama', 'llama', 'sim', 'vllm'])('takes nothing for %s', (provider) => {
    expect(priceOf({ provider, model: 'anything', endpoint: 'http://127.0.0.1' })).toEqual({ input: 0, output: 0 });
  });

  it('takes nothing for free models of OpenRouter', () => {
    expect(priceOf(openai('qwen/qwen3-8b:free'))).toEqual({ input: 0, output: 0 });
  });

  it('lets the user say otherwise, for local models too', () => {
    const mine = { input: 3, output: 4 };
    expect(priceOf(openai('gpt-4o'), { 'gpt-4o': mine })).toBe(mine);
    expect(priceOf(openai('gpt-4o-2024-08-06'), { 'gpt-4o': mine })).toBe(mine);
    expect(priceOf({ provider: 'vllm', model: 'Qwen/Big', endpoint: '' }, { 'Qwen/Big': mine })).toBe(mine);
  });

  it('says how old its list is', () => {
    expect(pricesAsOf).toMatch(/^\d{4}-\d{2}$/);
    expect(readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8')).toContain(pricesAsOf);
  });
});

describe('costOf', () => {
  const usage = { promptTokens: 1_000_000, cachedTokens: 400_000, completionTokens: 500_000 };

  it('has a price of its own for cached tokens, where there is one', () => {
    expect(costOf(usage, { input: 2, cachedInput: 1, output: 8 })).toBeCloseTo(1.2 + 0.4 + 4, 12);
    expect(costOf(usage, { input: 2, output: 8 })).toBeCloseTo(2 + 4, 12);
  });
});
