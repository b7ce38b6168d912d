import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WalletPage, serveWalletPage } from '../../../../src/world/chain/browser/wallet-page.ts';

interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

describe('the page of a wallet', () => {
  let page: WalletPage;
  let origin: string;
  let token: string;
  let stopping: AbortController;

  beforeEach(async () => {
    stopping = new AbortController();
    page = await serveWalletPage({ patience: 5000, grace: 50, signal: stopping.signal });
    [origin = '', token = ''] = page.url.split('/#');
  });
  afterEach(() => page.close('done'));

  /** As no browser would do it: with every header as it is given. */
  function get(method: string, path: string, headers: Record<string, string> = {}, body = ''): Promise<Got> {
    return new Promise((resolve, reject) => {
      const sent = request(`${origin}${path}`, { method, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString(),
          }),
        );
      });
      sent.once('error', reject);
      sent.end(body);
    });
  }

  const json = () => ({ origin, 'content-type': 'application/json' });
  const open = (given: string) => get('POST', '/session', json(), JSON.stringify({ token: given }));

  async function session(): Promise<Record<string, string>> {
    const { session: opened } = JSON.parse((await open(token)).text) as { session: string };
    return { authorization: `Bearer ${opened}` };
  }

  /** Reads requests until the first; what ends the reading, and the first line. */
  function listen(authorization: Record<string, string>): Promise<{ line: string; end: () => void }> {
    return new Promise((resolve, reject) => {
      const sent = request(`${origin}/requests`, { headers: authorization }, (response) =>
        response.once('data', (chunk: Buffer) => resolve({ line: chunk.toString(), end: () => sent.destroy() })),
      );
      sent.on('error', reject);
      sent.end();
    });
  }

  const asked = { kind: 'connect', account: undefined, chainId: 1, network: 'a chain' } as const;

  it('is part of the package', () => {
    const manifest = new URL('../../../../package.json', import.meta.url);
    expect((JSON.parse(readFileSync(manifest, 'utf8')) as { files: string[] }).files).toContain(
      'src/world/chain/browser/page',
    );
  });

  it('listens on this machine alone, and lets nothing in from elsewhere', async () => {
    expect(origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const { status, headers, text } = await get('GET', '/');
    expect(status).toBe(200);
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
    expect(headers['access-control-allow-origin']).toBeUndefined();
    expect(text).not.toMatch(/https?:\/\/|<script>|style=| on\w+=/);
    expect(text).not.toContain(token);
  });

  it.each([
    ['a name that points here (DNS rebinding)', 'GET', '/', { host: 'evil.example' }, 421],
    ['localhost, which may point elsewhere', 'GET', '/', { host: 'localhost' }, 421],
    ['a page of another origin', 'POST', '/session', { origin: 'https://evil.example' }, 403],
    ['a file or a sandbox', 'POST', '/session', { origin: 'null' }, 403],
    ['what tells no origin', 'POST', '/session', {}, 403],
    ['a link on another page', 'GET', '/', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a page of another port', 'GET', '/requests', { 'sec-fetch-site': 'same-site' }, 403],
    ['a question whether another origin may', 'OPTIONS', '/answers', { origin: 'https://evil.example' }, 403],
    ['another method', 'PUT', '/answers', {}, 405],
    ['who has no session', 'GET', '/requests', {}, 403],
    ['who guesses one', 'GET', '/requests', { authorization: 'Bearer guess' }, 403],
  ] as const)('refuses %s', async (_, method, path, headers, status) => {
    expect((await get(method, path, headers)).status).toBe(status);
  });

  it('refuses a form, which cannot send JSON', async () => {
    const headers = { origin, 'content-type': 'text/plain' };
    expect((await get('POST', '/session', headers, JSON.stringify({ token }))).status).toBe(415);
  });

  it('takes the token once, and nothing that is not the token', async () => {
    expect((await open('guess')).status).toBe(403);
    expect((await get('POST', '/session', json(), 'no JSON')).status).toBe(403);
    expect((await get('POST', '/session', json(), JSON.stringify({ token, x: 'y'.repeat(2000) }))).status).toBe(403);
    expect((await open(token)).status).toBe(200);
    expect((await open(token)).status).toBe(403);
  });

  it('hands a request to the page and its answer back, and takes one answer a request', async () => {
    const answered = page.ask(asked);
    const authorization = await session();
    const { line, end } = await listen(authorization);
    expect(JSON.parse(line)).toMatchObject({ type: 'request', id: 1, kind: 'connect', chainId: 1 });
    const answer = (body: object) => get('POST', '/answers', { ...json(), ...authorization }, JSON.stringify(body));
    expect((await answer({ id: 2, result: 'early' })).status).toBe(409);
    expect((await answer({ id: 1, outcome: 'unknown' })).status).toBe(400);
    expect((await answer({ id: 1, result: 'x'.repeat(70_000) })).status).toBe(400);
    expect((await answer({ id: 1, result: { address: '0x' } })).status).toBe(200);
    expect(await answered).toEqual({ address: '0x' });
    expect((await answer({ id: 1, result: 'late' })).status).toBe(409);
    end();
  });

  it('tells that the page was closed, now and for whatever is asked later', async () => {
    const answered = page.ask(asked).catch((thrown: unknown) => thrown);
    const { end } = await listen(await session());
    end();
    expect(await answered).toMatchObject({ code: 'browser-closed' });
    await expect(page.ask(asked)).rejects.toMatchObject({ code: 'browser-closed' });
  });

  it('is interrupted by whoever asked', async () => {
    const answered = page.ask(asked);
    stopping.abort(new Error('stop'));
    await expect(answered).rejects.toThrow('stop');
  });
});

it('gives up on a page that nobody opens', async () => {
  const page = await serveWalletPage({ patience: 20, grace: 50, signal: new AbortController().signal });
  const asking = page.ask({ kind: 'connect', account: undefined, chainId: 1, network: 'a chain' });
  await expect(asking).rejects.toMatchObject({ code: 'browser-timeout' });
  await page.close('done');
});
