import { APIConnectionError, type APIError, InternalServerError, RateLimitError } from 'openai';
import { describe, expect, it } from 'vitest';
import { collect, rolloutOf, serve } from './serving.ts';

describe('faults, through the openai client', () => {
  it('says when to come again, or not', async () => {
    await using telling = await serve({ faults: { rateLimit: 1, retryAfterSeconds: 0.25 } });
    await using silent = await serve({ faults: { rateLimitSilent: 1 } });
    const told = await telling.client.chat.completions.create(rolloutOf(0)).catch((thrown: unknown) => thrown);
    expect(told).toBeInstanceOf(RateLimitError);
    expect((told as APIError).headers?.get('retry-after')).toBe('1');
    expect((told as APIError).headers?.get('retry-after-ms')).toBe('250');
    const untold = await silent.client.chat.completions.create(rolloutOf(0)).catch((thrown: unknown) => thrown);
    expect(untold).toBeInstanceOf(RateLimitError);
    expect((untold as APIError).headers?.get('retry-after')).toBeNull();
  });

  it('fails with 5xx', async () => {
    await using serving = await serve({ faults: { serverError: 1 } });
    await expect(serving.client.chat.completions.create(rolloutOf(0))).rejects.toBeInstanceOf(InternalServerError);
  });

  it('resets the connection before a byte', async () => {
    await using serving = await serve({ faults: { resetBefore: 1 } });
    await expect(serving.client.chat.completions.create(rolloutOf(0))).rejects.toBeInstanceOf(APIConnectionError);
  });

  it.each([true, false])('resets the connection midway (stream: %s)', async (stream) => {
    await using serving = await serve({ faults: { resetMidway: 1 } });
    const ask = stream
      ? collect(serving.client, rolloutOf(0))
      : serving.client.chat.completions.create(rolloutOf(0)).then((answer) => answer.choices);
    await expect(ask).rejects.toThrow();
    expect(serving.simulator.stats().faults).toEqual({ resetMidway: 1 });
  });

  it('ends a stream early, without a finish reason', async () => {
    await using serving = await serve({ faults: { earlyEnd: 1 } });
    const { texts, reasons, usage } = await collect(serving.client, rolloutOf(0), { n: 2 });
    expect(texts.join('').length).toBeGreaterThan(0);
    expect(reasons).toEqual([]);
    expect(usage).toBeFalsy();
  });

  it('falls silent after the first token, and then goes on', async () => {
    await using stalled = await serve({ faults: { stall: 1, stallMilliseconds: 60_000 } });
    const stream = await stalled.client.chat.completions.create({ ...rolloutOf(0), stream: true });
    const chunks = stream[Symbol.asyncIterator]();
    const first = await chunks.next();
    const waited = await Promise.race([
      chunks.next().then(() => 'went on'),
      new Promise((resolve) => setTimeout(() => resolve('silent'), 100)),
    ]);
    stream.controller.abort();
    expect([first.done, waited]).toEqual([false, 'silent']);

    await using brief = await serve({ faults: { stall: 1, stallMilliseconds: 20 } });
    expect((await collect(brief.client, rolloutOf(0))).reasons).toEqual(['stop']);
  });

  it('cuts an answer and says so', async () => {
    await using clean = await serve();
    await using cutting = await serve({ faults: { truncation: 1 } });
    const whole = await collect(clean.client, rolloutOf(0, 1));
    const cut = await collect(cutting.client, rolloutOf(0, 1));
    expect(cut.reasons).toEqual(['length']);
    expect(whole.texts[0]?.startsWith(cut.texts[0] ?? '-')).toBe(true);
    expect(cut.texts[0]?.length).toBeLessThan(whole.texts[0]?.length ?? 0);
  });

  it('breaks JSON in structured answers and nothing else', async () => {
    await using serving = await serve({ faults: { malformedJson: 1 } });
    const format = { type: 'json_schema' as const, json_schema: { name: 'experiences', schema: { type: 'object' } } };
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, seed) =>
        serving.client.chat.completions.create({ ...rolloutOf(0, seed), response_format: format }),
      ),
    );
    for (const { choices } of answers) expect(() => JSON.parse(choices[0]?.message.content ?? '') as unknown).toThrow();
    expect(new Set(answers.map(({ choices }) => choices[0]?.message.content?.slice(0, 5))).size).toBeGreaterThan(1);
    await serving.client.chat.completions.create(rolloutOf(0, 1));
    expect(serving.simulator.stats().faults).toEqual({ malformedJson: 20 });
  });

  it('tells usage that cannot be', async () => {
    await using serving = await serve({ faults: { wrongUsage: 1 } });
    await using clean = await serve();
    for (let seed = 0; seed < 5; seed++) {
      const wrong = (await serving.client.chat.completions.create(rolloutOf(0, seed))).usage;
      const right = (await clean.client.chat.completions.create(rolloutOf(0, seed))).usage;
      expect(wrong).not.toEqual(right);
    }
  });

  it('refuses more requests in flight than the limit, telling it in the body alone', async () => {
    await using serving = await serve({ concurrencyLimit: 3, timeScale: 1 });
    const failures: APIError[] = [];
    for (let index = 0; index < 8; index++) {
      // The three that are served end with the server, when the others have been refused.
      void serving.client.chat.completions
        .create(rolloutOf(index, 1))
        .catch((thrown: unknown) => failures.push(thrown as APIError));
    }
    await expect.poll(() => failures.length).toBe(5);
    for (const failure of failures.slice(0, 5)) {
      expect(failure.status).toBe(429);
      expect(failure.headers?.get('retry-after')).toBeNull();
      expect(failure.message).toContain('limit is 3 concurrent requests');
    }
  });

  it('refuses everything once the quota is used up', async () => {
    await using serving = await serve({ quota: 2 });
    await serving.client.chat.completions.create(rolloutOf(0));
    await serving.client.chat.completions.create(rolloutOf(1));
    await expect(serving.client.chat.completions.create(rolloutOf(2))).rejects.toMatchObject({
      status: 429,
      code: 'insufficient_quota',
    });
  });

  it('strikes the same requests at the same attempts in any order, so that a retry can succeed', async () => {
    const history = async (order: readonly number[]) => {
      await using serving = await serve({ seed: 3, faults: { serverError: 0.3, rateLimitSilent: 0.2 } });
      const attempts = new Map<number, string[]>();
      for (const index of order) {
        const statuses: string[] = [];
        while (statuses.at(-1) !== 'done') {
          const outcome = await serving.client.chat.completions.create(rolloutOf(index, 1)).then(
            () => 'done',
            (thrown: unknown) => String((thrown as APIError).status),
          );
          statuses.push(outcome);
        }
        attempts.set(index, statuses);
      }
      return [...attempts].sort(([a], [b]) => a - b);
    };
    const order = Array.from({ length: 40 }, (_, index) => index);
    const forwards = await history(order);
    expect(await history(order.toReversed())).toEqual(forwards);
    const firsts = forwards.filter(([, statuses]) => statuses.length > 1).length;
    expect(firsts).toBeGreaterThan(8);
    expect(firsts).toBeLessThan(32);
  });
});
