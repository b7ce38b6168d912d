import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface NodeRequest {
  readonly method: string;
  readonly params: readonly unknown[];
  readonly id: number;
}

/**
 * What a node in bad order does with a request: `drop` closes the connection without passing it on, `lose` passes it on
 * and closes without the answer, `stall` never answers, `drip` sends a byte now and then without end, an object answers in
 * the node's place, a function changes what it answered; undefined passes it on.
 */
type Fault = (
  request: NodeRequest,
) =>
  | 'drop'
  | 'lose'
  | 'stall'
  | 'drip'
  | ((result: unknown) => unknown)
  | { readonly result?: unknown; readonly error?: unknown }
  | undefined;

export interface FaultyNode {
  readonly url: string;
  fault: Fault;
  close(): Promise<void>;
}

/** A proxy in front of a real node. */
export async function startFaultyNode(real: string): Promise<FaultyNode> {
  let node: FaultyNode;
  const server: Server = createServer((incoming, answer) => {
    void (async () => {
      const text = await bodyOf(incoming);
      const request = JSON.parse(text) as NodeRequest;
      const fault = node.fault(request);
      if (fault === 'drop') return void incoming.socket.destroy();
      if (fault === 'stall') return;
      if (fault === 'drip') return drip(answer);
      if (typeof fault === 'object')
        return void answer.end(JSON.stringify({ jsonrpc: '2.0', id: request.id, ...fault }));
      const headers = { 'content-type': 'application/json' };
      const passed = await fetch(real, { method: 'POST', body: text, headers });
      const said = await passed.text();
      if (fault === 'lose') return void incoming.socket.destroy();
      if (typeof fault === 'function') {
        const { result } = JSON.parse(said) as { readonly result: unknown };
        return void answer.end(JSON.stringify({ jsonrpc: '2.0', id: request.id, result: fault(result) }));
      }
      answer.setHeader('content-type', 'application/json').end(said);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  node = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fault: () => undefined,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return node;
}

function drip(answer: ServerResponse): void {
  const timer = setInterval(() => answer.write(' '), 20);
  answer.once('close', () => clearInterval(timer));
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
