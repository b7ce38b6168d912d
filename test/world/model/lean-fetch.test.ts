import { type RequestListener, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { ephemeralEndpointMemory } from '../../../src/world/model/endpoint-memory.ts';
import { openaiModel } from '../../../src/world/model/openai.ts';
import { chatStream, request } from './endpoint-server.ts';

async function serve(listener: RequestListener) {
  let connections = 0;
  const server = createServer(listener);
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const memory = ephemeralEndpointMemory();
  const model = openaiModel({ provider: 'vllm', baseUrl: url, model: 'm', connections: 1, memory });
  return { model, connections: () => connections };
}

const answer = chatStream([{ pieces: ['yes'] }]);

test('a connection is used again, whatever follows [DONE]', async () => {
  const { model, connections } = await serve((incoming, response) => {
    incoming.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(answer);
    void setTimeout(20).then(() => response.end(': the rest\n\n'));
  });
  for (let call = 0; call < 4; call++) expect(await model.generate(request({}))).toMatchObject([{ text: 'yes' }]);
  expect(connections()).toBe(1);
});

test('a redirect is followed', async () => {
  const { model } = await serve((incoming, response) => {
    incoming.resume();
    if (incoming.url?.endsWith('/moved') === true) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(answer);
    } else {
      response.writeHead(307, { location: `http://${incoming.headers.host ?? ''}/moved` });
      response.end();
    }
  });
  expect(await model.generate(request({}))).toMatchObject([{ text: 'yes' }]);
});
