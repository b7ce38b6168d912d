/** The headers of an answer, as fetch gives them. */
export interface AnswerHeaders extends Iterable<[string, string]> {
  get(name: string): string | null;
}

/**
 * How long an endpoint asks to wait, in milliseconds: `retry-after-ms`, Retry-After in seconds or as a date
 * (RFC 9110, section 10.2.3), `x-ratelimit-reset-*` where nothing remains, or the words of the body
 * ("try again in 1m30s", Google's `retryDelay`). Undefined when it says nothing.
 *
 * @param now milliseconds since the Unix epoch
 */
export function retryAfterMs(headers: AnswerHeaders, body: string, now: number): number | undefined {
  return retryAfterHeader(headers, now) ?? resetHeader(headers, now) ?? retryAfterBody(body);
}

function retryAfterHeader(headers: AnswerHeaders, now: number): number | undefined {
  const milliseconds = numberOf(headers.get('retry-after-ms'));
  if (milliseconds !== undefined) return milliseconds;
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const seconds = numberOf(value);
  if (seconds !== undefined) return seconds * 1000;
  return untilDate(value, now);
}

/** The latest reset among the allowances that are used up. */
function resetHeader(headers: AnswerHeaders, now: number): number | undefined {
  let longest: number | undefined;
  for (const kind of ['-requests', '-tokens', '']) {
    if (numberOf(headers.get(`x-ratelimit-remaining${kind}`)) !== 0) continue;
    const reset = headers.get(`x-ratelimit-reset${kind}`);
    if (reset === null) continue;
    const wait = resetToMs(reset, now);
    if (wait !== undefined) longest = Math.max(longest ?? 0, wait);
  }
  return longest;
}

/** `6m0s` and `120ms` (OpenAI, Groq), seconds, seconds or milliseconds since the epoch (OpenRouter), or a date. */
function resetToMs(reset: string, now: number): number | undefined {
  const plain = numberOf(reset);
  if (plain === undefined) {
    const duration = durationToMs(reset);
    return duration ?? untilDate(reset, now);
  }
  if (plain > 1e11) return Math.max(0, plain - now);
  if (plain > 1e8) return Math.max(0, plain * 1000 - now);
  return plain * 1000;
}

/** Dates hold letters (RFC 9110, RFC 3339): what is left is a number that makes no sense, such as -5. */
function untilDate(text: string, now: number): number | undefined {
  const date = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function retryAfterBody(body: string): number | undefined {
  const words = /(?:try again|retry|wait)\s+(?:in|after|for)\s+(?:about\s+)?((?:\d+(?:\.\d+)?\s*[a-z]+\s*)+)/i.exec(
    body,
  );
  const delay = /"retryDelay"\s*:\s*"([^"]+)"/.exec(body);
  const told = delay?.[1] ?? words?.[1];
  return told === undefined ? undefined : durationToMs(told);
}

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  millisecond: 1,
  s: 1000,
  sec: 1000,
  second: 1000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  h: 3_600_000,
  hr: 3_600_000,
  hour: 3_600_000,
};

/** `1h2m3.5s`, `120ms`, `20 seconds`; undefined for anything else. */
function durationToMs(text: string): number | undefined {
  let total: number | undefined;
  for (const [, amount, unit] of text.toLowerCase().matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/g)) {
    const factor = unitMs[unit ?? ''] ?? unitMs[(unit ?? '').replace(/s$/, '')];
    if (factor === undefined) break;
    total = (total ?? 0) + Number(amount) * factor;
  }
  return total;
}

const concurrencyWords: readonly RegExp[] = [
  /max(?:imum)?[a-z _-]{0,24}concurren[a-z]*(?:[ _-]requests?)?\D{0,16}(\d+)/i,
  /concurren[a-z]*(?:[ _-]requests?)?[ _-]limit\D{0,24}(\d+)/i,
  /limit[_ -]{1,3}concurren[a-z]*\D{0,8}(\d+)/i,
  /\d+\s*\/\s*(\d+)\s+(?:concurrent|parallel|simultaneous)/i,
  /(?:limit|limited|at most|up to|only|maximum|max|than|exceeds?|exceeded)\D{0,16}(\d+)\s+(?:concurrent|parallel|simultaneous)/i,
  /(?:concurrent|parallel|simultaneous)\s+requests?\D{0,24}(?:limit|max(?:imum)?|at most|up to)\D{0,12}(\d+)/i,
];

/**
 * How many requests the endpoint says that it takes at once, from a header that names concurrency or from the words of
 * a refusal ("max concurrency 39", "limit: 39 concurrent requests"). Undefined when it says nothing.
 */
export function concurrencyLimit(headers: AnswerHeaders, body: string): number | undefined {
  for (const [name, value] of headers) {
    if (/concurren/i.test(name) && /limit|max/i.test(name)) {
      const limit = positiveInteger(value);
      if (limit !== undefined) return limit;
    }
  }
  for (const words of concurrencyWords) {
    const limit = positiveInteger(words.exec(body)?.[1]);
    if (limit !== undefined) return limit;
  }
  return undefined;
}

/** Whether a refusal is about an allowance that no waiting mends today: credit, a daily or monthly quota. */
export function isExhausted(body: string): boolean {
  if (/insufficient[_ -]?(?:quota|balance|credits?|funds)|out of credits?|not enough credits?/i.test(body)) return true;
  if (/per[_ -]?(?:day|month)|(?:daily|monthly)[a-z ]{0,24}(?:limit|quota|credits?|allowance)|\b[rt]pd\b/i.test(body)) {
    return true;
  }
  // Google words every 429 like this; what tells a minute's quota apart is that it names a delay or the minute.
  return /exceeded your (?:current )?quota/i.test(body) && !/per[_ -]?minute|retryDelay/i.test(body);
}

function numberOf(value: string | null): number | undefined {
  if (value === null || !/^\s*\d+(?:\.\d+)?\s*$/.test(value)) return undefined;
  return Number(value);
}

function positiveInteger(value: string | undefined): number | undefined {
  const number = Number(value);
  return value !== undefined && Number.isSafeInteger(number) && number > 0 ? number : undefined;
}
