import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJsonItems } from '../../../src/ledger/forms/json-items.ts';

async function* inPieces(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

async function read(text: string, size = 7): Promise<{ items: unknown[]; value: unknown; hadList: boolean }> {
  const json = readJsonItems(inPieces(text, size), 'a file');
  const items: unknown[] = [];
  for await (const { text: item, number } of json.items()) {
    expect(number).toBe(items.length + 1);
    items.push(JSON.parse(item));
  }
  return { items, ...json.frame() };
}

describe('readJsonItems', () => {
  it('gives the items of any list, however it is written and cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue()),
        fc.constantFrom('', ' ', '\n  '),
        fc.integer({ min: 1, max: 30 }),
        fc.boolean(),
        async (items, space, size, wrapped) => {
          const list = JSON.stringify(items, null, space);
          const text = wrapped
            ? `{"a": [1, {"experiences": [2]}],${space}"experiences"${space}:${space}${list}, "z": "]["}`
            : list;
          const found = await read(text, size);
          expect(found.items).toEqual(JSON.parse(list));
          expect(found.hadList).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('leaves what is no list to the frame', async () => {
    expect(await read('{"text": "[1, 2]", "lineage": ["a"]}')).toEqual({
      items: [],
      value: { text: '[1, 2]', lineage: ['a'] },
      hadList: false,
    });
    expect(await read('{"x": {"experiences": [1]}}')).toMatchObject({ items: [], hadList: false });
  });

  it.each([
    ['[1, 2'],
    ['[1,, 2]'],
    ['[1, 2,]'],
    ['[,]'],
    ['[1] [2]'],
    ['[1]]'],
    ['{"experiences": [1], "experiences": [2]}'],
    ['{"experiences": [1]'],
  ])('refuses %s', async (text) => {
    await expect(read(text)).rejects.toMatchObject({ code: 'invalid-json' });
  });

  it('says of nothing that there is nothing', async () => {
    await expect(read(' \n')).rejects.toMatchObject({ code: 'nothing-to-import' });
  });

  it('bounds what is in memory, and comes to an end', async () => {
    await expect(read(`{"a": "${'x'.repeat(5 << 20)}"}`, 1 << 20)).rejects.toMatchObject({ code: 'too-large' });
    await expect(read(`["${'x'.repeat(5 << 20)}"]`, 1 << 20)).rejects.toMatchObject({ code: 'line-too-long' });
    await expect(read('['.repeat(5 << 20), 1 << 20)).rejects.toMatchObject({ code: 'line-too-long' });
    await expect(read('{"a":['.repeat(1 << 20), 1 << 20)).rejects.toMatchObject({ code: 'too-large' });
  });
});
