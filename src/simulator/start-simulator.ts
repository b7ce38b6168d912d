import { hash } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ZooError, messageOf } from '../core/error.ts';
import { checkJson } from '../core/json.ts';
import { createAgenda } from './capacity/agenda.ts';
import { createPrefixCache } from './capacity/prefix-cache.ts';
import { createSlots } from './capacity/slots.ts';
import { admit, createDesk } from './protocol/admit.ts';
import { refuse, sendJson } from './protocol/refuse.ts';
import { serveCompletion } from './serve-completion.ts';
import { simulatedModels } from './simulated-models.ts';
import { type SimulatorOptions, simulatorOptionsSchema } from './simulator-options.ts';
import { indexProblems } from './skills/known-problems.ts';
import { type SimulatorStatistics, createRecorder } from './statistics.ts';

export interface Simulator {
  /** Base URL for OpenAI-compatible clients: `http://127.0.0.1:<port>/v1`. */
  readonly url: string;
  /** Stops at once; connections that are open are cut. */
  close(): Promise<void>;
  stats(): SimulatorStatistics;
}

/** Bytes of one request at most. */
const largestBody = 64 * 1024 * 1024;

/**
 * Starts a simulated model server on 127.0.0.1. It speaks the OpenAI protocol (`/v1/models`, `/v1/chat/completions`
 * with streams, `n`, `seed`, `stop`, usage and `response_format`; besides `/health` and `/stats`), but there is no
 * language model in it: a student whose success follows the experiences in its context, and a teacher that draws
 * lessons from rewards. Every answer carries `x-zoo-simulation: true`.
 *
 * @throws ZooError `invalid-data` for an option out of its range, `simulator-port` when the port cannot be had
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const settings = checkJson(options, simulatorOptionsSchema, 'The simulator options');
  const agenda = createAgenda();
  const slots = createSlots(settings.capacity.slots, agenda);
  const recorder = createRecorder(settings.capacity.slots, settings.timeScale, slots.load);
  const prefixCache = createPrefixCache(settings.capacity.cacheTokens, settings.capacity.blockTokens);
  const find = indexProblems(settings.problems, settings.seed);
  const machine = { settings, agenda, slots, recorder, prefixCache, find };
  const desk = createDesk(settings, recorder);

  const complete = (request: IncomingMessage, response: ServerResponse) => {
    recorder.arrive();
    let reset = false;
    response.once('close', () => recorder.leave(!response.writableFinished && !reset));
    readBody(request, response, (body) => {
      const admitted = admit(body, hash('sha256', body, 'hex'), desk);
      if (admitted.kind === 'refused') return refuse(response, admitted.refusal);
      reset = admitted.kind === 'reset' || admitted.exchange.transportFault === 'resetMidway';
      if (admitted.kind === 'reset') return response.socket?.resetAndDestroy();
      return serveCompletion(admitted.exchange, response, machine);
    });
  };
  const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 }, (request, response) => {
    const route = `${request.method ?? ''} ${(request.url ?? '').replace(/\?.*$/s, '')}`;
    if (route === 'GET /health') return sendJson(response, 200, { status: 'ok', simulation: true });
    if (route === 'GET /stats') return sendJson(response, 200, recorder.read());
    if (settings.apiKey !== undefined && request.headers.authorization !== `Bearer ${settings.apiKey}`) {
      return refuse(response, {
        status: 401,
        type: 'invalid_request_error',
        code: 'invalid_api_key',
        message: 'Incorrect API key provided.',
      });
    }
    if (route === 'GET /v1/models') return sendJson(response, 200, listModels());
    if (route === 'POST /v1/chat/completions') return complete(request, response);
    return refuse(response, {
      status: 404,
      type: 'invalid_request_error',
      code: 'not_found',
      message: `The simulator has no ${route}.`,
    });
  });
  server.on('clientError', (_, socket) => socket.destroy());

  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new ZooError('simulator-port', `The simulator cannot listen on port ${settings.port}: ${messageOf(cause)}`, {
          hint: 'Choose another port, or 0 for a free one.',
          cause,
        }),
      );
    });
    // The backlog holds a burst of thousands of connections until they are accepted.
    server.listen({ host: '127.0.0.1', port: settings.port, backlog: 4096 }, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    stats: () => recorder.read(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        agenda.clear();
      }),
  };
}

function listModels(): unknown {
  return {
    object: 'list',
    data: simulatedModels.map(({ id }) => ({ id, object: 'model', created: 0, owned_by: 'simulator' })),
  };
}

function readBody(request: IncomingMessage, response: ServerResponse, use: (body: string) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= largestBody) chunks.push(chunk);
  });
  request.once('end', () => {
    if (size <= largestBody) {
      use(Buffer.concat(chunks, size).toString('utf8'));
      return;
    }
    refuse(response, {
      status: 413,
      type: 'invalid_request_error',
      code: 'request_too_large',
      message: `A request may have ${largestBody} bytes.`,
    });
  });
}
