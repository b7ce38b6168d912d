import { describe, expect, test } from 'vitest';
import { discoverEndpoint, waysToConfigure } from '../../../src/world/model/discover-endpoint.ts';
import { endpointShortcuts, ollamaUrl } from '../../../src/world/model/endpoints.ts';
import { probeEndpoint } from '../../../src/world/model/probe-endpoint.ts';
import { deserted, sendJson, serve } from './endpoint-server.ts';

type Environment = Readonly<Record<string, string>>;

async function localServers(vllm: readonly string[] | undefined, ollama: readonly string[] | undefined) {
  const none = await deserted();
  const openai = vllm === undefined ? undefined : await serveModels(vllm);
  const native =
    ollama === undefined
      ? undefined
      : await serve(({ path }, response) =>
          path === '/api/tags'
            ? sendJson(response, 200, { models: ollama.map((name) => ({ name, model: name, size: 1 })) })
            : sendJson(response, 404, '404 page not found'),
        );
  return { vllm: `${openai?.url ?? none}/v1`, ollama: native?.url ?? none };
}

function serveModels(names: readonly string[]) {
  return serve(({ path }, response) =>
    path === '/v1/models'
      ? sendJson(response, 200, {
          object: 'list',
          data: names.map((id) => ({ id, object: 'model', owned_by: 'vllm' })),
        })
      : sendJson(response, 404, { detail: 'Not Found' }),
  );
}

describe('discoverEndpoint', () => {
  test('prefers the environment to what listens on this machine', async () => {
    const local = await localServers(['local'], ['local']);
    const environment = { ZOO_BASE_URL: 'http://far.example/v1', ZOO_MODEL: 'm', ZOO_API_KEY: 'k' };
    expect(await discoverEndpoint({ environment, local })).toEqual({
      provider: 'openai',
      baseUrl: 'http://far.example/v1',
      model: 'm',
      apiKey: 'k',
      source: 'ZOO_BASE_URL',
    });
  });

  test.each<[Environment, object]>([
    [
      { OPENAI_BASE_URL: 'http://a.example/v1', OPENAI_API_KEY: 'o' },
      { provider: 'openai', baseUrl: 'http://a.example/v1', apiKey: 'o' },
    ],
    [
      { OPENAI_API_KEY: 'o' },
      { provider: 'openai', baseUrl: 'https://api.openai.com/v1', apiKey: 'o', source: 'OPENAI_API_KEY' },
    ],
    [{ VLLM_BASE_URL: 'http://v.example/v1' }, { provider: 'vllm', baseUrl: 'http://v.example/v1' }],
    [{ OLLAMA_HOST: '0.0.0.0' }, { provider: 'ollama', baseUrl: 'http://127.0.0.1:11434' }],
    [{ HF_TOKEN: 'hf_x' }, { provider: 'huggingface', apiKey: 'hf_x' }],
    [{ OPENROUTER_API_KEY: 'or' }, { provider: 'openrouter', baseUrl: 'https://openrouter.ai/api/v1', apiKey: 'or' }],
    [
      { HF_TOKEN: 'hf_x', VLLM_BASE_URL: 'http://v.example/v1' },
      { provider: 'vllm', apiKey: undefined },
    ],
    [
      { ZOO_BASE_URL: 'http://z.example/v1', OPENAI_API_KEY: 'o' },
      { baseUrl: 'http://z.example/v1', apiKey: undefined },
    ],
  ])('takes %j', async (environment, expected) => {
    expect(await discoverEndpoint({ environment: { ...environment, ZOO_MODEL: 'm' } })).toMatchObject({
      model: 'm',
      ...expected,
    });
  });

  test('asks an endpoint that was named for its model, and does not choose among several', async () => {
    const one = await serveModels(['only']);
    expect(await discoverEndpoint({ environment: { ZOO_BASE_URL: `${one.url}/v1` } })).toMatchObject({ model: 'only' });
    const two = await serveModels(['a', 'b']);
    await expect(discoverEndpoint({ environment: { ZOO_BASE_URL: `${two.url}/v1` } })).rejects.toMatchObject({
      code: 'no-model',
      message: expect.stringContaining('2 models (a, b'),
    });
    await expect(discoverEndpoint({ environment: { ZOO_BASE_URL: await deserted() } })).rejects.toMatchObject({
      code: 'no-model',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('looks for a vLLM, then for an Ollama, and passes over models that embed', async () => {
    const both = await localServers(['Qwen/Qwen3-8B'], ['qwen3:8b']);
    expect(await discoverEndpoint({ environment: {}, local: both })).toMatchObject({
      provider: 'vllm',
      model: 'Qwen/Qwen3-8B',
      baseUrl: both.vllm,
    });
    const ollama = await localServers(undefined, ['nomic-embed-text', 'qwen3:8b']);
    expect(await discoverEndpoint({ environment: { OPENAI_BASE_URL: ' ' }, local: ollama })).toMatchObject({
      provider: 'ollama',
      model: 'qwen3:8b',
      source: expect.stringContaining(ollama.ollama),
    });
  });

  test('names every way when there is none, and never falls to the simulator', async () => {
    const local = await localServers(undefined, []);
    await expect(discoverEndpoint({ environment: {}, local })).rejects.toMatchObject({
      code: 'no-model',
      hint: waysToConfigure,
    });
    for (const way of [...Object.keys(endpointShortcuts), 'llama', 'sim', '--base-url', 'ZOO_MODEL', 'zoo init']) {
      expect(waysToConfigure).toContain(way);
    }
  });
});

describe('probeEndpoint', () => {
  test('lists the models of an endpoint, and sends its key', async () => {
    const { url, received } = await serveModels(['a', 'b']);
    const probe = await probeEndpoint(`${url}/v1/`, { apiKey: 'k' });
    expect(probe).toMatchObject({ kind: 'found', api: 'openai', models: ['a', 'b'], url: `${url}/v1` });
    expect(received[0]?.headers.authorization).toBe('Bearer k');
  });

  test('knows an Ollama that was named like an endpoint of the other kind', async () => {
    const { ollama } = await localServers(undefined, ['qwen3:8b']);
    expect(await probeEndpoint(`${ollama}/v1`)).toMatchObject({ kind: 'found', api: 'ollama', models: ['qwen3:8b'] });
  });

  test.each<[string, (url: string) => string, object]>([
    ['refused', (url) => url, { kind: 'auth' }],
    ['not JSON', (url) => `${url}/page`, { kind: 'not-found' }],
  ])('tells what stands in the way: %s', async (_, at, expected) => {
    const { url } = await serve(({ path }, response) =>
      path.startsWith('/page') ? void response.end('<html>') : sendJson(response, 401, { error: 'key' }),
    );
    expect(await probeEndpoint(at(url))).toMatchObject({ kind: 'absent', error: expected });
  });

  test('does not wait long', async () => {
    const { url } = await serve(() => {});
    expect(await probeEndpoint(url, { timeoutMs: 50 })).toMatchObject({
      kind: 'absent',
      error: { kind: 'connection' },
    });
  });
});

test.each([
  ['127.0.0.1:11434', 'http://127.0.0.1:11434'],
  ['0.0.0.0', 'http://127.0.0.1:11434'],
  [':8000', 'http://127.0.0.1:8000'],
  ['https://ollama.example', 'https://ollama.example'],
  ['http://box:11434/', 'http://box:11434'],
])('ollamaUrl of %s', (host, url) => {
  expect(ollamaUrl(host)).toBe(url);
});
