import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { ModelRequest } from '../../../src/world/model/model.ts';

export interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look wherever they like
  readonly body: any;
}

export type Answer = (received: Received, response: ServerResponse, count: number) => void | Promise<void>;

/** A real HTTP server on a port of its own, closed when the test ends. */
export async function serve(answer: Answer): Promise<{ readonly url: string; readonly received: Received[] }> {
  const received: Received[] = [];
  const receive = async (request: IncomingMessage, response: ServerResponse) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const one = { path: request.url ?? '', headers: request.headers, body: text === '' ? undefined : JSON.parse(text) };
    received.push(one);
    await answer(one, response, received.length);
  };
  const server = createServer((request, response) => {
    receive(request, response).catch((thrown: unknown) => response.destroy(thrown as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

/** An address where nobody listens any more. */
export async function deserted(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

/** A recorded answer from test/fixtures/model. */
export function fixture(name: string): string {
  return readFileSync(new URL(`../../fixtures/model/${name}`, import.meta.url), 'utf8');
}

export function sendStream(response: ServerResponse, text: string, contentType = 'text/event-stream'): void {
  response.writeHead(200, { 'content-type': contentType });
  response.end(text);
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

export interface SpokenChoice {
  readonly pieces: readonly string[];
  readonly finish?: string;
}

/** A stream in OpenAI's form; `usage` null leaves the usage out. */
export function chatStream(
  choices: readonly SpokenChoice[],
  usage: object | null = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
): string {
  const events: object[] = [];
  choices.forEach(({ pieces, finish }, index) => {
    for (const content of pieces) events.push({ choices: [{ index, delta: { content }, finish_reason: null }] });
    events.push({ choices: [{ index, delta: {}, finish_reason: finish ?? 'stop' }] });
  });
  if (usage !== null) events.push({ choices: [], usage });
  return `${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')}data: [DONE]\n\n`;
}

export function request(changes: Partial<ModelRequest> = {}): ModelRequest {
  return {
    messages: [{ role: 'user', content: 'What is six times seven?' }],
    sampling: {},
    samples: [{ index: 0, seed: 5 }],
    purpose: { stage: 'rollout', role: 'student', item: 'p1' },
    ...changes,
  };
}

/** That many samples with consecutive seeds. */
export function samples(count: number, seed = 5): ModelRequest['samples'] {
  return Array.from({ length: count }, (_, index) => ({ index, seed: seed + index }));
}
