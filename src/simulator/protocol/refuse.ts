import type { ServerResponse } from 'node:http';

/** On every answer, so that nobody takes it for a model's. */
export const simulationHeaders = { 'x-zoo-simulation': 'true' } as const;

/** An error in the form that OpenAI-compatible servers use. */
export interface Refusal {
  readonly status: number;
  readonly type: string;
  readonly code: string | null;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function refuse(response: ServerResponse, { status, type, code, message, headers = {} }: Refusal): void {
  sendJson(response, status, { error: { message, type, param: null, code } }, headers);
}

export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = JSON.stringify(value);
  response.writeHead(status, {
    ...simulationHeaders,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}
