import { hash } from 'node:crypto';
import { Agent, type IncomingMessage, type ServerResponse, createServer, request as ask } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** An endpoint that passes everything on to another one and remembers which samples were asked of it. */
export interface RecordingEndpoint {
  readonly url: string;
  /** Every sample asked, by {@link sampleName}, as often as it was. */
  readonly asked: string[];
  close(): Promise<void>;
}

const bodySchema = z.looseObject({
  messages: z.array(z.looseObject({ role: z.string(), content: z.string() })),
  seed: z.int(),
  n: z.int().optional(),
});

/** What one sample is, told from the wire or from the journal alike. */
function sampleName(messages: readonly { role: string; content: string }[], seed: number): string {
  return hash('sha256', JSON.stringify([messages.map(({ role, content }) => [role, content]), seed]));
}

/** @param groups false for an endpoint that refuses `n`, as many do */
export async function recordingEndpoint(target: string, groups: boolean): Promise<RecordingEndpoint> {
  const asked: string[] = [];
  const agent = new Agent({ keepAlive: true });
  const { origin } = new URL(target);
  const server = createServer((incoming, response) => void answer(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(incoming);
    if (incoming.method === 'POST') {
      const { messages, seed, n = 1 } = bodySchema.parse(JSON.parse(body));
      if (n > 1 && !groups) {
        response.writeHead(400, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ error: { message: "Unsupported parameter: 'n'", param: 'n' } }));
        return;
      }
      for (let index = 0; index < n; index++) asked.push(sampleName(messages, seed + index));
    }
    const { method, headers, url = '' } = incoming;
    const passed = ask(`${origin}${url}`, { method, headers, agent }, (answered) => {
      response.writeHead(answered.statusCode ?? 500, answered.headers);
      answered.on('error', () => response.socket?.resetAndDestroy());
      answered.pipe(response);
    });
    passed.on('error', () => response.socket?.resetAndDestroy());
    response.once('close', () => passed.destroy());
    passed.end(body);
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        agent.destroy();
      }),
  };
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

const lineSchema = z.looseObject({
  type: z.string(),
  digest: z.string().optional(),
  role: z.string().optional(),
  content: z.string().optional(),
  messages: z.array(z.string()).optional(),
  sample: z.unknown().optional(),
  result: z.looseObject({ kind: z.string() }).optional(),
});

/** The samples that a journal holds a completion of, as often as it does; a torn last line is left out. */
export async function samplesIn(journal: string): Promise<string[]> {
  const text = await readFile(journal, 'utf8').catch(() => '');
  const messages = new Map<string, { role: string; content: string }>();
  const names: string[] = [];
  for (const line of text.split('\n').slice(0, -1)) {
    const entry = lineSchema.parse(JSON.parse(line));
    if (entry.type === 'message') {
      messages.set(entry.digest ?? '', { role: entry.role ?? '', content: entry.content ?? '' });
    } else if (entry.type === 'call' && entry.result?.kind === 'completion') {
      const { seed } = z.looseObject({ seed: z.int() }).parse(entry.sample);
      const prompt = (entry.messages ?? []).map((digest) => messages.get(digest) ?? { role: '', content: '' });
      names.push(sampleName(prompt, seed));
    }
  }
  return names;
}
