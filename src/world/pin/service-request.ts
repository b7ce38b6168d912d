import type { z } from 'zod';
import { ZooError, messageOf } from '../../core/error.ts';
import { parseJson } from '../../core/json.ts';

export type Fetch = typeof globalThis.fetch;

/** A service that pins, as its adapter speaks to it. */
export interface Service {
  readonly fetch: Fetch;
  /** As people named it; stands in errors. */
  readonly target: string;
  readonly token: string | undefined;
  /** Which variable holds the token, for the hint. */
  readonly tokenVariable: string;
}

export interface ServiceRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RequestInit['body'];
  readonly signal?: AbortSignal | undefined;
  /** Statuses besides 2xx that the caller reads itself. */
  readonly expected?: readonly number[];
}

/**
 * One request to a service, its token added. Redirects are not followed, since the token would go along.
 *
 * @throws ZooError `pin-unreachable`, `pin-unauthorized`, `pin-refused`
 */
export async function requestService(service: Service, url: string, request: ServiceRequest = {}): Promise<Response> {
  const { fetch, target, token, tokenVariable } = service;
  const { method = 'GET', headers = {}, body, signal, expected = [] } = request;
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new ZooError('pin-unreachable', `${target} does not answer: ${reasonOf(cause)}`, {
      cause,
      hint: 'Check that it runs and that its address is right, then run the same command again: nothing is sent twice.',
    });
  }
  if (response.ok || expected.includes(response.status)) return response;
  const said = await shortText(response);
  if (response.status === 401 || response.status === 403)
    throw new ZooError('pin-unauthorized', `${target} does not take the token (${response.status}): ${said}`, {
      hint: `Put a valid one into ${tokenVariable}.`,
    });
  throw new ZooError('pin-refused', `${target} answered ${response.status}: ${said}`, {
    hint: 'Run the same command again later; "zoo publish --status" shows how far it is.',
    data: { status: response.status },
  });
}

/** The JSON of an answer. @throws ZooError `pin-refused` when it is none, or another than expected */
export async function readAnswer<T>(service: Service, response: Response, schema: z.ZodType<T>): Promise<T> {
  const text = await readText(response, 4 * 1024 * 1024);
  try {
    return parseJson(text, schema, `the answer of ${service.target}`);
  } catch (cause) {
    throw new ZooError('pin-refused', messageOf(cause), {
      cause,
      hint: `Check that the address of ${service.target} is that of such a service.`,
    });
  }
}

/** @throws ZooError `pin-root-mismatch` */
export function checkReturnedRoot(service: Pick<Service, 'target'>, ours: string, theirs: string): void {
  if (ours === theirs) return;
  throw new ZooError('pin-root-mismatch', `${service.target} made ${theirs.slice(0, 100)} of what is ${ours}`, {
    hint: 'What it keeps is not the version that was published. Do not rely on it; publish to another target.',
    data: { ours, theirs: theirs.slice(0, 100) },
  });
}

/** The text of an answer, cut after so many bytes: whoever answers may send without end, and packed small. */
export async function readText(response: Response, most: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > most) break;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

async function shortText(response: Response): Promise<string> {
  const text = await readText(response, 64 * 1024).catch(() => '');
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line === '' ? 'it says nothing' : line.slice(0, 300);
}

function reasonOf(thrown: unknown): string {
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  return messageOf(cause) || String((cause as { code?: unknown }).code ?? thrown);
}
