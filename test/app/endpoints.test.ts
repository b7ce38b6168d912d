import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConfigSources, resolveConfig } from '../../src/app/config.ts';
import { resolveStudent, resolveTeacher } from '../../src/app/wire/endpoints.ts';
import { type Simulator, startSimulator } from '../../src/simulator/start-simulator.ts';

const folder = mkdtempSync(join(tmpdir(), 'zoo-endpoints-'));
let server: Simulator;
beforeAll(async () => {
  server = await startSimulator();
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

function configOf(flags: ConfigSources['flags'], environment: Record<string, string> = {}) {
  return resolveConfig({ flags, environment, folder });
}

describe('the student', () => {
  it('a provider stands for its usual address', async () => {
    expect(await resolveStudent(configOf({ provider: 'vllm', model: 'm' }))).toMatchObject({
      provider: 'vllm',
      api: 'openai',
      baseUrl: 'http://127.0.0.1:8000/v1',
      model: 'm',
      apiKey: undefined,
    });
  });

  it('an address of its own variable comes before the usual one, and a flag before both', async () => {
    const environment = { OLLAMA_HOST: 'gpu:1234' };
    const ollama = { provider: 'ollama', model: 'm' };
    expect((await resolveStudent(configOf(ollama, environment))).baseUrl).toBe('http://gpu:1234');
    const flagged = await resolveStudent(configOf({ ...ollama, baseUrl: 'http://other:1' }, environment));
    expect(flagged.baseUrl).toBe('http://other:1');
  });

  it('a base URL alone is an OpenAI-compatible server', async () => {
    const found = await resolveStudent(configOf({ baseUrl: 'http://somewhere/v1', model: 'm' }));
    expect(found).toMatchObject({ provider: 'openai', api: 'openai', baseUrl: 'http://somewhere/v1' });
  });

  it('a GGUF file runs inside this process', async () => {
    expect(await resolveStudent(configOf({ model: 'tiny.gguf' }))).toMatchObject({ api: 'llama', model: 'tiny.gguf' });
  });

  it('the simulator runs inside this process unless an address is given', async () => {
    expect(await resolveStudent(configOf({ provider: 'sim' }))).toMatchObject({ api: 'simulator', provider: 'sim' });
    const remote = await resolveStudent(configOf({ provider: 'sim', baseUrl: server.url }));
    expect(remote).toMatchObject({ api: 'openai', baseUrl: server.url, model: 'zoo-sim-student' });
  });

  it('an endpoint of several models asks which one', async () => {
    await expect(resolveStudent(configOf({ provider: 'vllm', baseUrl: server.url }))).rejects.toMatchObject({
      code: 'no-model',
      exitCode: 2,
      message: expect.stringContaining('zoo-sim-teacher') as string,
      hint: expect.stringContaining('--model') as string,
    });
  });
});

describe('keys', () => {
  const environment = { OPENAI_API_KEY: 'sk-paid' };

  it('a paid service gets its own key', async () => {
    expect((await resolveStudent(configOf({ provider: 'openai', model: 'm' }, environment))).apiKey).toBe('sk-paid');
  });

  it('another address does not, wherever it comes from', async () => {
    writeFileSync(
      join(folder, 'zoo.config.json'),
      JSON.stringify({ provider: 'openai', baseUrl: 'http://evil/v1', model: 'm' }),
    );
    expect((await resolveStudent(configOf({}, environment))).apiKey).toBeUndefined();
    rmSync(join(folder, 'zoo.config.json'));
    const flagged = { provider: 'openai', baseUrl: 'http://other/v1', model: 'm' };
    expect((await resolveStudent(configOf(flagged, environment))).apiKey).toBeUndefined();
    expect((await resolveStudent(configOf(flagged, { ...environment, ZOO_API_KEY: 'own' }))).apiKey).toBe('own');
  });
});

describe('the teacher', () => {
  it('is the student unless something else is said', async () => {
    const config = configOf({ provider: 'vllm', model: 'm', apiKey: 'k' });
    const student = await resolveStudent(config);
    expect(await resolveTeacher(config, student)).toEqual(student);
  });

  it('may be another model of the same endpoint', async () => {
    const config = configOf({ provider: 'vllm', model: 'm', teacherModel: 'big' });
    expect(await resolveTeacher(config, await resolveStudent(config))).toMatchObject({
      provider: 'vllm',
      model: 'big',
    });
  });

  it('at another address it does not get the key of the student', async () => {
    const config = configOf({
      provider: 'vllm',
      model: 'm',
      apiKey: 'k',
      teacherBaseUrl: 'http://else/v1',
      teacherModel: 'big',
    });
    const teacher = await resolveTeacher(config, await resolveStudent(config));
    expect(teacher).toMatchObject({ baseUrl: 'http://else/v1', model: 'big', apiKey: undefined });
  });
});
