import { describe, expect, test } from 'vitest';
import { concurrencyLimit, isExhausted, retryAfterMs } from '../../../src/world/model/endpoint-limits.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const none = new Headers();

describe('retryAfterMs reads', () => {
  test.each<[Record<string, string>, number | undefined]>([
    [{ 'retry-after': '20' }, 20_000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': 'Sun, 01 Mar 2026 12:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Sun, 01 Mar 2026 11:00:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '-5' }, undefined],
    [{ 'retry-after': '9', 'retry-after-ms': '120' }, 120],
    [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '6m0s' }, 360_000],
    [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '120ms' }, 120],
    [{ 'x-ratelimit-remaining-tokens': '12', 'x-ratelimit-reset-tokens': '6m0s' }, undefined],
    [
      {
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '1s',
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': '2.5s',
      },
      2500,
    ],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now + 4000) }, 4000],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now / 1000 + 4) }, 4000],
    [{}, undefined],
  ])('%j', (headers, expected) => {
    expect(retryAfterMs(new Headers(headers), '', now)).toBe(expected);
  });

  test.each<[string, number | undefined]>([
    ['Rate limit reached for m. Please try again in 20s. Visit https://…', 20_000],
    ['Please try again in 6ms.', 6],
    ['Please try again in 1h2m3s.', 3_723_000],
    ['request reached max organization concurrency: 3, please try again after 1 seconds', 1000],
    ['{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.5s"}', 34_500],
    ['Too many requests, retry in about 2 minutes', 120_000],
    ['Try again in a moment.', undefined],
  ])('%s', (body, expected) => {
    expect(retryAfterMs(none, body, now)).toBe(expected);
  });
});

describe('concurrencyLimit reads', () => {
  test.each<[string, number | undefined]>([
    ['{"error": "max concurrency 39"}', 39],
    ['Too many requests: limit: 39 concurrent requests', 39],
    ['current concurrency: 52, max concurrency: 39', 39],
    ['Your account org-8a7 request reached max organization concurrency: 3, please try again', 3],
    ['Maximum concurrent requests (39) exceeded', 39],
    ['You may have at most 39 concurrent requests', 39],
    ['Concurrency limit of 39 reached', 39],
    ['concurrency limit exceeded: 39', 39],
    ['{"code": 429, "max_concurrency": 39}', 39],
    ['{"limit_concurrency":39}', 39],
    ['40/39 concurrent requests in flight', 39],
    ['You are limited to 39 simultaneous requests', 39],
    ['Rate limit reached: Limit 500, Used 500', undefined],
    ['Too many concurrent requests', undefined],
    ['max concurrency 0', undefined],
  ])('%s', (body, expected) => {
    expect(concurrencyLimit(none, body)).toBe(expected);
  });

  test('headers that name it', () => {
    expect(concurrencyLimit(new Headers({ 'x-ratelimit-limit-concurrency': '12' }), '')).toBe(12);
    expect(concurrencyLimit(new Headers({ 'x-concurrency-remaining': '12' }), '')).toBeUndefined();
  });
});

describe('isExhausted', () => {
  test.each([
    '{"error":{"code":"insufficient_quota"}}',
    'Rate limit reached for model on tokens per day (TPD): Limit 100000',
    'Rate limit exceeded: free-models-per-day',
    'You have exceeded your monthly included credits for Inference Providers',
    'Your daily request limit is used up',
    'You exceeded your current quota, please check your plan and billing details.',
    'Insufficient Balance',
    '"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"',
  ])('is true of: %s', (body) => expect(isExhausted(body)).toBe(true));

  test.each([
    'Rate limit reached on requests per min (RPM): Limit 3',
    'You exceeded your current quota. "quotaId": "GenerateRequestsPerMinutePerProjectPerModel", "retryDelay": "34s"',
    'Too many requests',
    'max concurrency 39',
    '',
  ])('is false of: %s', (body) => expect(isExhausted(body)).toBe(false));
});
