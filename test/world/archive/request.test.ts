import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { askHost, bodyOf, readText } from '../../../src/world/archive/request.ts';
import { readStatus } from '../../../src/world/archive/status.ts';

let close: () => void = () => {};
afterEach(() => close());

/** A gateway that sends so many pieces, with a pause before each, and then nothing more. */
async function slowGateway(pieces: number, pauseMs: number, ends: boolean) {
  const server = createServer((_request, response) => {
    response.writeHead(200);
    void (async () => {
      for (let piece = 0; piece < pieces; piece++) {
        response.write('piece');
        await pause(pauseMs);
      }
      if (ends) response.end();
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = () => {
    server.closeAllConnections();
    server.close();
  };
  return {
    fetch: globalThis.fetch,
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    patienceMs: 1000,
  };
}

it('waits longer than its patience for an answer that keeps coming', async () => {
  const host = await slowGateway(5, 300, true);
  expect(await readText(host, await askHost(host, 'raw/x'), 100)).toBe('piece'.repeat(5));
});

it('gives up an answer that stops coming', async () => {
  const host = await slowGateway(1, 0, false);
  const reading = readText(host, await askHost(host, 'raw/x'), 100);
  await expect(reading).rejects.toMatchObject({ code: 'archive-unreachable' });
});

it('reads no more of an answer than is wanted', async () => {
  const host = await slowGateway(3, 0, false);
  await expect(readText(host, await askHost(host, 'raw/x'), 4)).rejects.toMatchObject({ code: 'archive-refused' });
  for await (const piece of bodyOf(host, await askHost(host, 'raw/x'))) {
    expect(piece.length).toBeGreaterThan(0);
    break;
  }
});

it.each([
  [202, 'Pending', 'pending'],
  [200, 'Pending', 'pending'],
  [404, 'Not Found.', 'absent'],
  [200, '{"block_height":5,"block_indep_hash":"x","number_of_confirmations":9}', 'mined'],
  [200, '{"block_height":5,"block_indep_hash":"x","number_of_confirmations":10}', 'confirmed'],
])('reads %i "%s" as %s', async (status, text, state) => {
  const host = { address: 'http://gateway', fetch: async () => new Response(text, { status }) };
  expect((await readStatus(host, 'x')).state).toBe(state);
});

it('ends when it is interrupted', async () => {
  const host = await slowGateway(1, 0, false);
  const over = new AbortController();
  const response = await askHost(host, 'raw/x', { signal: over.signal });
  const reading = (async () => {
    for await (const _ of bodyOf(host, response, over.signal)) over.abort(new Error('Ctrl-C'));
  })();
  await expect(reading).rejects.toThrow('Ctrl-C');
});
