import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export interface Refusal {
  readonly status: number;
  readonly text: string;
}

/**
 * Why a request is not answered. Any page that the browser has open can send requests to this machine, and can point a
 * name of its own at it (DNS rebinding): what counts is the name that was called, and who sent it.
 *
 * @param origin of the page, such as `http://127.0.0.1:40123`
 */
export function refuseForeign({ headers, method }: IncomingMessage, origin: string): Refusal | undefined {
  if (headers.host !== new URL(origin).host) return { status: 421, text: 'this page answers to its own address only' };
  if (headers.origin !== undefined && headers.origin !== origin)
    return { status: 403, text: 'this page answers to itself only' };
  const site = headers['sec-fetch-site'];
  // "none" is an address that a person opened; that alone may come from elsewhere.
  if (site !== undefined && site !== 'same-origin' && !(site === 'none' && method === 'GET'))
    return { status: 403, text: 'this page answers to itself only' };
  if (method === 'GET') return undefined;
  if (method !== 'POST') return { status: 405, text: 'this is not done here' };
  if (headers.origin !== origin) return { status: 403, text: 'this page answers to itself only' };
  // A form of another page cannot send this type.
  if (headers['content-type'] !== 'application/json') return { status: 415, text: 'this takes application/json' };
  return undefined;
}

/** Whether two secrets are the same, in a time that does not depend on how much of them is. */
export function sameSecret(given: unknown, secret: string | undefined): boolean {
  if (typeof given !== 'string' || secret === undefined) return false;
  const [one, other] = [Buffer.from(given), Buffer.from(secret)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** @returns undefined for what is too long or no JSON */
export async function readBody(request: IncomingMessage, most: number): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > most) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
