import { type IncomingMessage, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Request {
  readonly method: string;
  readonly params: readonly unknown[];
  readonly id: number;
}

/**
 * What a node in bad order does with a request: `drop` closes the connection without passing it on, `lose` passes it on
 * and closes without the answer, an object answers in the node's place; undefined passes it on.
 */
type Fault = (
  request: Request,
) => 'drop' | 'lose' | { readonly result?: unknown; readonly error?: unknown } | undefined;

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
      const request = JSON.parse(text) as Request;
      const fault = node.fault(request);
      if (fault === 'drop') return void incoming.socket.destroy();
      if (typeof fault === 'object')
        return void answer.end(JSON.stringify({ jsonrpc: '2.0', id: request.id, ...fault }));
      const headers = { 'content-type': 'application/json' };
      const passed = await fetch(real, { method: 'POST', body: text, headers });
      const said = await passed.text();
      if (fault === 'lose') return void incoming.socket.destroy();
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

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
