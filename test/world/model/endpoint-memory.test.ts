import { describe, expect, test } from 'vitest';
import type { Files } from '../../../src/world/files/files.ts';
import { endpointKey, ephemeralEndpointMemory, openEndpointMemory } from '../../../src/world/model/endpoint-memory.ts';

function filesWith(stored: Map<string, string>, write?: () => Promise<void>): Files {
  return {
    readText: async (path: string) => stored.get(path),
    writeAtomic: async (path: string, data: string | Uint8Array) => {
      await write?.();
      stored.set(path, String(data));
    },
  } as unknown as Files;
}

const key = endpointKey('http://127.0.0.1:8000/v1', 'm');

test('a memory in the process adds facts to facts', () => {
  const memory = ephemeralEndpointMemory({ [key]: { groups: true } });
  memory.learn(key, { replyForm: 'object' });
  expect(memory.recall(key)).toEqual({ groups: true, replyForm: 'object' });
  expect(memory.recall('other')).toEqual({});
});

describe('a memory in a file', () => {
  test('is there the next time', async () => {
    const stored = new Map<string, string>();
    const memory = await openEndpointMemory(filesWith(stored), 'endpoints.json');
    memory.learn(key, { groups: false, omitted: ['seed'] });
    memory.learn(key, { maxTokensField: 'max_completion_tokens' });
    await memory.saved();
    const again = await openEndpointMemory(filesWith(stored), 'endpoints.json');
    expect(again.recall(key)).toEqual({ groups: false, omitted: ['seed'], maxTokensField: 'max_completion_tokens' });
  });

  test('saves what was learnt while it was saving', async () => {
    const stored = new Map<string, string>();
    const held = Promise.withResolvers<void>();
    const memory = await openEndpointMemory(
      filesWith(stored, () => held.promise),
      'endpoints.json',
    );
    memory.learn(key, { groups: true });
    await Promise.resolve();
    memory.learn('late', { groups: false });
    held.resolve();
    await memory.saved();
    expect(JSON.parse(stored.get('endpoints.json') ?? '')).toEqual({
      version: 1,
      endpoints: { [key]: { groups: true }, late: { groups: false } },
    });
  });

  test.each(['', 'nonsense', '{"version": 2}', '{"version":1,"endpoints":{"k":{"groups":"yes"}}}'])(
    'that cannot be understood is empty: %j',
    async (text) => {
      const memory = await openEndpointMemory(filesWith(new Map([['e.json', text]])), 'e.json');
      expect(memory.recall('k')).toEqual({});
    },
  );

  test('that cannot be written tells whoever asks, and still remembers', async () => {
    const files = filesWith(new Map(), () => Promise.reject(new Error('read-only')));
    const memory = await openEndpointMemory(files, 'e.json');
    memory.learn(key, { groups: true });
    await expect(memory.saved()).rejects.toThrow('read-only');
    expect(memory.recall(key)).toEqual({ groups: true });
  });
});
