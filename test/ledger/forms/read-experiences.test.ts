import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ZooError } from '../../../src/core/error.ts';
import { type ImportForm, formOfFile } from '../../../src/ledger/forms/import-form.ts';
import { readExperiences } from '../../../src/ledger/forms/read-experiences.ts';
import { renderLibrary } from '../../../src/ledger/forms/render-library.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { memoryFiles } from '../../fakes/files.ts';
import { exampleLibrary } from '../experience.ts';
import { importDefaults, readText } from './read-text.ts';

const words = Array.from({ length: 33 }, (_, index) => `word${index}`).join(' ');
const utf16 = (text: string) => Uint8Array.from([0xff, 0xfe, ...Buffer.from(text, 'utf16le')]);
const latin1 = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));
const nested = (levels: number) => `${'{"text":'.repeat(levels)}1${'}'.repeat(levels)}`;

async function refusal(data: string | Uint8Array, form: ImportForm): Promise<ZooError> {
  const thrown: unknown = await readText(data, form).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(ZooError);
  return thrown as ZooError;
}

describe('readExperiences', () => {
  it.each([
    ['json', '[{"text":"When a, do b."}, {"text": "When c, do d.", "confidence": "high"}]', 'record 2', 'confidence'],
    ['json', '{"experiences":[{"text":"When a, do b."},{"text":5}]}', 'record 2', 'text'],
    ['json', '[{"text":"When a, do b."}, 7]', 'record 2', 'object'],
    ['json', '[{"text":"When a, do b.","metadata":{"votes":{"upvotes":1.5}}}]', 'record 1', 'metadata.votes.upvotes'],
    ['json', '{"confidence": 1}', 'the file', 'text'],
    ['json', '{}', 'the file', 'text'],
    ['json', '{"id":"a","id":"b","text":"When a, do b."}', 'the file', 'twice'],
    ['json', '[{"text":"When a, b."}, {"text":"When a, b.","text":"When c, d."}]', 'record 2', 'twice'],
    ['json', '[{"text":"When a, do \\u202E b."}]', 'record 1', 'bidirectional'],
    ['json', '[{"text":"When a, do \\u0007 b."}]', 'record 1', 'control'],
    ['json', '[{"text":"When a, b."},{"text":"\\ud800"}]', 'record 2', 'surrogate'],
    ['json', '[{"text":"When a, b.","confidence":1e999}]', 'record 1', 'too large'],
    ['json', '[{"text":"When a, b.","metadata":{"usage_count":99999999999999999999}}]', 'record 1', '2^53'],
    ['json', `[${nested(65)}]`, 'record 1', '64 levels'],
    ['json', nested(100_000), 'the file', '64 levels'],
    ['json', '[{"text":"When a, b."}', 'the file', 'ends within its list'],
    ['json', '[{"text":"When a, b."},{"text":"When', 'the file', 'after record 1'],
    ['json', '[{"text":"When a, b."},]', 'the file', 'record 2'],
    ['json', '[{"text":"When a, b."}] x', 'the file', 'not valid JSON'],
    ['json', '{"text":"When a, b."}\n{"text":"When c, d."}', 'the file', 'not valid JSON'],
    ['json', `[{"text":"${words}"}]`, 'record 1', '33 words'],
    ['json', '', 'the file', 'holds no experience'],
    ['paper', '[{"text":"When a, b.","embedding":[1,"x"]}]', 'record 1', 'embedding'],
    ['paper', '[{"text":"When a, b.","metadata":{"created_at":"yesterday"}}]', 'record 1', 'created_at'],
    ['jsonl', '{"text":"When a, do b."}\n{"text":', 'line 2', 'not valid JSON'],
    ['jsonl', '{"text":"When a, do b."}\n\n{"id":"../../etc/passwd","text":"When c, do d."}', 'line 3', 'id'],
    ['jsonl', '{"text":"When a, b."}\n[{"text":"When c, d."},{"text":4}]', 'record 2 of line 2', 'text'],
    ['jsonl', '[\n{"text":"When a, b."}\n]', 'line 1', 'not valid JSON'],
    [
      'jsonl',
      '{"id":"a","text":"When a, b."}\n{"id":"a","text":"When c, d."}',
      'the file',
      'two experiences with the id a',
    ],
    ['csv', 'text,confidence\n"When a, do b.",high\n', 'line 2', 'confidence'],
    ['csv', 'text,confidence\n"When a, do b.",0x1\n', 'line 2', 'confidence'],
    ['csv', 'text,upvotes\n"When a\nb",1\n"When c, d.",many\n', 'line 4', 'upvotes'],
    ['csv', 'text,examples\n"When a, b.","[{]"\n', 'examples in line 2', 'not valid JSON'],
    ['csv', 'text\n"When a\n', 'the file', 'not valid CSV'],
    ['csv', 'text,domain\na,b,c\n', 'the file', 'line 2'],
    ['csv', 'text;domain\na;b\n', 'the file', 'no column "text"'],
    ['csv', 'text,text\na,b\n', 'the file', 'twice'],
    ['csv', '', 'the file', 'holds no experience'],
    ['markdown', '# math\n\n- When a, b.\n- When \u200B, c.\n', 'line 4', 'invisible'],
    ['markdown', 'Nothing here.', 'the file', 'holds no experience'],
    ['prompt', `[a] When a, b.\n[b] ${words}`, 'line 2', '33 words'],
    ['prompt', '', 'the file', 'holds no experience'],
  ] as const)('%s: of %j it tells the place, the reason and the mend', async (form, source, place, reason) => {
    const { message, hint } = await refusal(source, form);
    expect(message).toContain(place);
    expect(message).toContain(reason);
    expect(hint).toMatch(/\w/);
  });

  it.each([
    ['UTF-16', utf16('[{"text":"When a, b."}]'), 'iconv'],
    ['gzip', gzipSync('[{"text":"When a, b."}]'), 'gunzip'],
    ['characters', latin1('[{"text":"When größer, b."}]'), 'UTF-8'],
    ['zip', Uint8Array.from([0x50, 0x4b, 3, 4, 0xff]), 'CSV'],
  ])('refuses what is no text in UTF-8: %s', async (what, bytes, mend) => {
    for (const form of ['json', 'jsonl', 'csv', 'markdown', 'prompt', 'paper'] as const) {
      const { code, message, hint } = await refusal(bytes, form);
      expect([code, message]).toEqual(['not-text', expect.stringContaining(what)]);
      expect(hint).toContain(mend);
    }
  });

  it.each(['json', 'jsonl', 'csv', 'markdown', 'prompt'] as const)(
    'refuses a line or a record of %s that is longer than memory, and has not read it all by then',
    async (form) => {
      const files = memoryFiles();
      const start = { json: '[{"text":"', jsonl: '{"text":"', csv: 'text\n"', markdown: '- ', prompt: '[a] ' }[form];
      files.set('the file', start);
      let asked = 0;
      const endless = {
        ...files,
        open: async () => ({
          size: 1e9,
          read: async (offset: number, length: number) => {
            asked += length;
            return new TextEncoder().encode(offset === 0 ? start : 'x'.repeat(length));
          },
          close: async () => undefined,
        }),
      };
      const reading = readExperiences(endless, 'the file', form, importDefaults, sha256).next();
      await expect(reading).rejects.toMatchObject({ hint: expect.stringMatching(/\w/) });
      expect(asked).toBeLessThan(16 << 20);
    },
  );

  it('takes a list, an object, a record, names alone, and several of them in lines', async () => {
    const textsOf = async (text: string, form: ImportForm) =>
      (await readText(text, form)).experiences.map(({ id, text: says }) => `${id.slice(0, 3)} ${says}`);
    expect(await textsOf('[]', 'json')).toEqual([]);
    expect(await textsOf('{"experiences": []}', 'json')).toEqual([]);
    expect(await textsOf('{"G0": "When a, b.", "G1": "When c, d."}', 'json')).toEqual([
      'G0 When a, b.',
      'G1 When c, d.',
    ]);
    expect(await textsOf('{"text": "When a, b.", "lineage": ["exp_1"]}', 'json')).toEqual(['exp When a, b.']);
    expect(await textsOf('{"a": 1, "experiences": [{"text": "When a,\\n  b."}]}', 'json')).toEqual(['exp When a, b.']);
    expect(await textsOf('', 'jsonl')).toEqual([]);
    expect(await textsOf('{"text":"When a, b."}\r\n\r\n[{"text":"When c, d."}]\r\n', 'jsonl')).toEqual([
      'exp When a, b.',
      'exp When c, d.',
    ]);
    expect(await textsOf('text\r\n', 'csv')).toEqual([]);
    expect(await textsOf('confidence,text\r\n1,"When a,\r\nb."\r\n\r\n,"When c, d."\r\n', 'csv')).toEqual([
      'exp When a, b.',
      'exp When c, d.',
    ]);
    expect(await textsOf('[{"text":"When e\\u0301, b."}]', 'json')).toEqual(['exp When \u00E9, b.']);
  });

  it('takes lists as people write them, whatever ends their lines', async () => {
    const text = '# Notes\n\n## math.algebra\n- When a, do b. <sub>confidence 0.5</sub>\n* [G7] When c, do d.\n\n';
    for (const written of [text, text.replaceAll('\n', '\r\n'), `\u{FEFF}${text}`])
      expect((await readText(written, 'markdown')).experiences).toMatchObject([
        { domain: 'math.algebra', text: 'When a, do b.' },
        { id: 'G7', domain: 'math.algebra', text: 'When c, do d.' },
      ]);
  });

  it('takes vectors out of records', async () => {
    const records = exampleLibrary(5).experiences.map((one, index) => ({ ...one, embedding: [index, 0.1, -2.5] }));
    for (const [text, form] of [
      [JSON.stringify(records), 'json'],
      [JSON.stringify({ experiences: records }), 'paper'],
      [records.map((one) => JSON.stringify(one)).join('\n'), 'jsonl'],
    ] as const) {
      const { experiences, vectors } = await readText(text, form);
      expect(vectors.map(({ reference }) => reference)).toEqual(experiences.map(({ embedding }) => embedding));
      expect(new Set(vectors.map(({ reference }) => reference.sha256)).size).toBe(5);
    }
  });

  it('reads what tells no size, such as a pipe', async () => {
    const files = memoryFiles();
    files.set('the file', renderLibrary(exampleLibrary(3), 'jsonl', sha256));
    const pipe = {
      ...files,
      open: async () => ({ size: 0, read: () => Promise.reject(new Error('no place')), close: async () => undefined }),
    };
    const found: unknown[] = [];
    for await (const { experience } of readExperiences(pipe, 'the file', 'jsonl', importDefaults, sha256))
      found.push(experience);
    expect(found).toEqual(exampleLibrary(3).experiences);
  });

  it('leaves nothing open where reading ends early', async () => {
    const files = memoryFiles();
    files.set('the file', renderLibrary(exampleLibrary(400), 'csv', sha256));
    let open = 0;
    const counting = {
      ...files,
      open: async (path: string) => {
        const reader = await files.open(path);
        open++;
        return { ...reader, close: async () => void open-- };
      },
    };
    for await (const read of readExperiences(counting, 'the file', 'csv', importDefaults, sha256)) {
      expect(read.experience.id).toBe(exampleLibrary(1).experiences[0]?.id);
      break;
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(open).toBe(0);
  });

  it('tells the form by the name', () => {
    expect(['a.json', 'b.JSONL', 'c.csv', 'd.md', 'e.txt', 'f'].map(formOfFile)).toEqual([
      'json',
      'jsonl',
      'csv',
      'markdown',
      'prompt',
      undefined,
    ]);
  });
});
