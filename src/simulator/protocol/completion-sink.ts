import type { ServerResponse } from 'node:http';
import { sendJson, simulationHeaders } from './refuse.ts';

export type FinishReason = 'stop' | 'length';

export interface WireUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
}

/** A piece of one choice; `reasoning` is what the endpoint keeps apart from the answer. */
export interface Piece {
  readonly content: string;
  readonly reasoning: string;
}

/** Where the pieces of a completion go. Nothing is sent before `open`, and nothing may follow `done` or `breakOff`. */
export interface CompletionSink {
  piece(index: number, piece: Piece): void;
  finish(index: number, reason: FinishReason): void;
  done(usage: WireUsage): void;
  /** Sends what there is so far, without an end; the caller then closes or resets the connection. */
  breakOff(then: () => void): void;
}

export interface Envelope {
  readonly id: string;
  readonly model: string;
  readonly fingerprint: string;
}

/** Server-sent events, one `chat.completion.chunk` a piece. Events of the same turn leave in one write. */
export function createStreamSink(response: ServerResponse, envelope: Envelope, includeUsage: boolean): CompletionSink {
  const head = `data: {"id":${JSON.stringify(envelope.id)},"object":"chat.completion.chunk","created":${now()},"model":${JSON.stringify(envelope.model)},"system_fingerprint":${JSON.stringify(envelope.fingerprint)},`;
  const opened = new Set<number>();
  let pending = '';
  let scheduled = false;
  const send = (event: string) => {
    pending += event;
    if (scheduled) return;
    scheduled = true;
    queueMicrotask(flush);
  };
  const flush = () => {
    scheduled = false;
    if (pending === '' || response.destroyed || response.writableEnded) return;
    open();
    response.write(pending);
    pending = '';
  };
  const open = () => {
    if (response.headersSent) return;
    response.writeHead(200, {
      ...simulationHeaders,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
    });
  };
  const usageKey = includeUsage ? ',"usage":null' : '';
  return {
    piece: (index, { content, reasoning }) => {
      const role = opened.has(index) ? '' : '"role":"assistant",';
      opened.add(index);
      const thought = reasoning === '' ? '' : `"reasoning_content":${JSON.stringify(reasoning)},`;
      send(
        `${head}"choices":[{"index":${index},"delta":{${role}${thought}"content":${JSON.stringify(content)}},"logprobs":null,"finish_reason":null}]${usageKey}}\n\n`,
      );
    },
    finish: (index, reason) => {
      send(
        `${head}"choices":[{"index":${index},"delta":{},"logprobs":null,"finish_reason":"${reason}"}]${usageKey}}\n\n`,
      );
    },
    done: (usage) => {
      if (includeUsage) pending += `${head}"choices":[],"usage":${JSON.stringify(usage)}}\n\n`;
      open();
      response.end(`${pending}data: [DONE]\n\n`);
      pending = '';
    },
    breakOff: (then) => {
      open();
      response.write(pending === '' ? ': \n\n' : pending, () => then());
      pending = '';
    },
  };
}

/** One `chat.completion` at the end. */
export function createBodySink(response: ServerResponse, envelope: Envelope, choices: number): CompletionSink {
  const written = Array.from({ length: choices }, () => ({
    content: '',
    reasoning: '',
    reason: 'stop' as FinishReason,
  }));
  const body = (usage: WireUsage | null) => ({
    id: envelope.id,
    object: 'chat.completion',
    created: now(),
    model: envelope.model,
    system_fingerprint: envelope.fingerprint,
    choices: written.map(({ content, reasoning, reason }, index) => ({
      index,
      message: {
        role: 'assistant',
        content,
        ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
        refusal: null,
      },
      logprobs: null,
      finish_reason: reason,
    })),
    usage,
  });
  return {
    piece: (index, { content, reasoning }) => {
      const choice = written[index];
      if (choice === undefined) return;
      choice.content += content;
      choice.reasoning += reasoning;
    },
    finish: (index, reason) => {
      const choice = written[index];
      if (choice !== undefined) choice.reason = reason;
    },
    done: (usage) => {
      sendJson(response, 200, body(usage));
    },
    breakOff: (then) => {
      const text = JSON.stringify(body(null));
      response.writeHead(200, { ...simulationHeaders, 'content-type': 'application/json' });
      response.write(text.slice(0, text.length / 2), () => then());
    },
  };
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
