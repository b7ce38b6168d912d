import { messageOf } from '../../core/error.ts';
import type { AnswerHeaders } from './endpoint-limits.ts';
import { concurrencyLimit, isExhausted, retryAfterMs } from './endpoint-limits.ts';
import type { ModelErrorDetail, ModelErrorKind } from './model.ts';
import { ModelError } from './model.ts';

/** Whose endpoint an error came from. */
export interface EndpointContext {
  readonly provider: string;
  /** Without credentials. */
  readonly endpoint: string;
  readonly model: string;
  /** Never to appear in a message. */
  readonly secrets: readonly string[];
}

/** The whole of what an endpoint said when it refused, as the cause of a {@link ModelError}; secrets taken out. */
class EndpointRefusal extends Error {
  override readonly name = 'EndpointRefusal';
}

/** Turns an answer with an error status into the terms that retry, limit and report need. */
export function statusError(
  answer: { readonly status: number; readonly headers: AnswerHeaders; readonly body: string },
  context: EndpointContext,
  now: number,
): ModelError {
  const { status, headers } = answer;
  const body = conceal(answer.body, context);
  const kind = kindOfStatus(status, body);
  return new ModelError(kind, `${nameOf(context)} answered ${status}: ${excerpt(body)}`, {
    status,
    retryAfterMs: retryAfterMs(headers, body, now),
    concurrencyLimit: status === 429 || status === 503 ? concurrencyLimit(headers, body) : undefined,
    hint: hintFor(kind, context, body),
    cause: new EndpointRefusal(body),
  });
}

/** An error that was told inside of a stream whose status was 200. */
export function streamError(payload: unknown, context: EndpointContext): ModelError {
  const body = conceal(typeof payload === 'string' ? payload : (JSON.stringify(payload) ?? 'no reason'), context);
  const status = statusTold(payload);
  const kind = status === undefined ? kindOfWords(body) : kindOfStatus(status, body);
  return new ModelError(kind, `${nameOf(context)} broke off its answer: ${excerpt(body)}`, {
    status,
    retryAfterMs: retryAfterMs(new Headers(), body, 0),
    concurrencyLimit: kind === 'rate-limit' ? concurrencyLimit(new Headers(), body) : undefined,
    hint: hintFor(kind, context, body),
    cause: new EndpointRefusal(body),
  });
}

/** Anything that was thrown on the way to an endpoint or back. */
export function transportError(thrown: unknown, context: EndpointContext): ModelError {
  const known = findCause(thrown, (cause) => cause instanceof ModelError);
  if (known instanceof ModelError) return known;
  if (thrown instanceof SyntaxError) {
    return brokenAnswer('sent a chunk that is not JSON', context, { cause: thrown });
  }
  const code = codeOf(thrown);
  const told = conceal(messageOf(deepest(thrown)), context);
  return new ModelError('connection', `The connection to ${nameOf(context)} failed: ${code ?? excerpt(told)}`, {
    hint: hintForCode(code, context),
    cause: thrown,
  });
}

/** An answer that ended early or does not have the form of one. */
export function brokenAnswer(what: string, context: EndpointContext, detail: ModelErrorDetail = {}): ModelError {
  return new ModelError('connection', `${nameOf(context)} ${what}`, detail);
}

/** The deadline that the user set ran out. */
export function deadlineError(timeoutMs: number, context: EndpointContext): ModelError {
  return new ModelError('timeout', `${nameOf(context)} did not finish within ${timeoutMs} ms`, {
    hint: 'Give calls more time with --timeout (ZOO_TIMEOUT), or leave it out: there is no limit then.',
  });
}

/** What the endpoint said when it refused, or '' when it said nothing. */
export function refusalOf(error: ModelError): string {
  return error.cause instanceof EndpointRefusal ? error.cause.message : '';
}

function nameOf(context: EndpointContext): string {
  return `${context.provider} at ${context.endpoint}`;
}

function kindOfStatus(status: number, body: string): ModelErrorKind {
  if (status === 402) return 'quota';
  if (status === 429) return isExhausted(body) ? 'quota' : 'rate-limit';
  if (status === 401 || status === 403) return 'auth';
  if (status === 404) return 'not-found';
  // The server gave up waiting, or two requests met: as passing as a 5xx.
  if (status === 408 || status === 409 || status === 425 || status >= 500) return 'server';
  return 'invalid-request';
}

function kindOfWords(body: string): ModelErrorKind {
  if (isExhausted(body)) return 'quota';
  if (/rate.?limit|too many requests/i.test(body)) return 'rate-limit';
  if (/invalid_request|BadRequest|context_length|maximum context/i.test(body)) return 'invalid-request';
  return 'server';
}

/** OpenRouter, vLLM and SGLang put the status that they would have sent into `code`. */
function statusTold(payload: unknown): number | undefined {
  if (typeof payload !== 'object' || payload === null) return undefined;
  for (const name of ['code', 'status', 'status_code']) {
    const value: unknown = Reflect.get(payload, name);
    const number = typeof value === 'string' ? Number(value) : value;
    if (typeof number === 'number' && Number.isInteger(number) && number >= 400 && number < 600) return number;
  }
  return undefined;
}

function hintFor(kind: ModelErrorKind, context: EndpointContext, body: string): string | undefined {
  switch (kind) {
    case 'auth':
      return context.secrets.length === 0
        ? 'Neither a key nor a password was sent. Give --api-key (ZOO_API_KEY), or an address with both user and password: --base-url (ZOO_BASE_URL) https://user:password@host/v1. A run keeps neither, so that --resume needs them again.'
        : 'Check what was sent: the key of --api-key (ZOO_API_KEY), or user and password in --base-url (ZOO_BASE_URL).';
    case 'quota':
      return 'Add credit or wait until the quota is renewed, then go on with --resume; or use another endpoint with --base-url (ZOO_BASE_URL).';
    case 'not-found':
      return `Check the model "${context.model}" (--model, ZOO_MODEL) and the address (--base-url, ZOO_BASE_URL), which most often ends in /v1.`;
    case 'invalid-request':
      return /context|too (?:long|large|many tokens)|maximum.*tokens/i.test(body)
        ? 'The prompt and the answer do not fit: lower --max-tokens (ZOO_MAX_TOKENS), or serve the model with a longer context.'
        : undefined;
    case 'rate-limit':
    case 'server':
    case 'connection':
    case 'timeout':
      return undefined;
  }
}

function hintForCode(code: string | undefined, context: EndpointContext): string | undefined {
  if (code === 'ECONNREFUSED') {
    return `Nothing listens at ${context.endpoint}: start the server, or name another one with --base-url (ZOO_BASE_URL).`;
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return 'The name of the host is not known: check --base-url (ZOO_BASE_URL) and the network.';
  }
  if (code?.startsWith('ERR_TLS') === true || code?.includes('CERT') === true) {
    return 'The certificate of the host was not accepted: check --base-url (ZOO_BASE_URL), or add its authority with NODE_EXTRA_CA_CERTS.';
  }
  return undefined;
}

/** `ECONNRESET` and the like, wherever in the chain of causes it stands. */
function codeOf(thrown: unknown): string | undefined {
  const found = findCause(thrown, (cause) => typeof Reflect.get(cause, 'code') === 'string');
  return found === undefined ? undefined : String(Reflect.get(found, 'code'));
}

function deepest(thrown: unknown): unknown {
  return findCause(thrown, (cause) => !(Reflect.get(cause, 'cause') instanceof Error)) ?? thrown;
}

function findCause(thrown: unknown, fits: (cause: object) => boolean): object | undefined {
  let cause: unknown = thrown;
  for (let depth = 0; depth < 8 && typeof cause === 'object' && cause !== null; depth++) {
    if (fits(cause)) return cause;
    // Node tries every address of a name and reports them all.
    cause = cause instanceof AggregateError ? cause.errors[0] : Reflect.get(cause, 'cause');
  }
  return undefined;
}

const keyLike = /\b(?:sk|rk|pk|hf|gsk|xai|nvapi|or)[-_][A-Za-z0-9*_.-]{6,}|Bearer\s+\S+/g;

function conceal(text: string, context: EndpointContext): string {
  let concealed = text;
  for (const secret of context.secrets) if (secret !== '') concealed = concealed.replaceAll(secret, '[key]');
  return concealed.replace(keyLike, '[key]');
}

/** The message inside of an error body, on one line and not long. */
function excerpt(body: string): string {
  const text = messageIn(body)
    // oxlint-disable-next-line no-control-regex -- taking them out is the point
    .replace(/[\u0000-\u001f\u007f-\u009f\s]+/g, ' ')
    .trim();
  if (text === '') return 'it gave no reason';
  return text.length > 300 ? `${text.slice(0, 299)}…` : text;
}

function messageIn(body: string): string {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return body.replace(/<[^>]*>/g, ' ');
  }
  for (let depth = 0; depth < 3 && typeof value === 'object' && value !== null; depth++) {
    const object: object = value;
    value = ['error', 'message', 'detail', 'msg'].map((name) => Reflect.get(object, name) as unknown).find(Boolean);
  }
  return typeof value === 'string' ? value : body;
}
