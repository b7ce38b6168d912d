import { describe, expect, it } from 'vitest';
import { type ImportForm, parseLibrary } from '../../../src/ledger/forms/parse-library.ts';
import { readExperiences } from '../../../src/ledger/forms/read-values.ts';
import { renderLibrary } from '../../../src/ledger/forms/render-library.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { memoryFiles } from '../../fakes/files.ts';
import { exampleExperience } from '../experience.ts';

const defaults = { domain: 'general', createdAt: '2026-01-01T00:00:00Z', createdBy: 'test', embeddingModel: 'e5' };

const library = {
  experiences: Array.from({ length: 400 }, (_, number) =>
    exampleExperience(number, {
      domain: number % 2 === 0 ? 'code' : 'math.algebra',
      examples: number % 5 === 0 ? [{ input: 'a "quoted", [list]', output: '{"x": [1]}\nnext' }] : [],
      text: `When "case" ${number}, [bound] {x} \\(y\\), größer 数: check; it's = what?`,
    }),
  ),
};

async function stream(text: string, form: ImportForm) {
  const files = memoryFiles();
  files.set('the file', text);
  const experiences: unknown[] = [];
  const vectors: unknown[] = [];
  for await (const read of readExperiences(files, 'the file', form, defaults, sha256)) {
    experiences.push(read.experience);
    vectors.push(...read.vectors);
  }
  return { experiences, vectors };
}

/** What reading at once gives, or the code that it refuses with. */
function parse(text: string, form: ImportForm): unknown {
  try {
    return parseLibrary(text, form, 'the file', defaults, sha256);
  } catch (thrown) {
    return (thrown as { readonly code: string }).code;
  }
}

const refusedWith = (thrown: unknown) => (thrown as { readonly code: string }).code;

describe('readExperiences', () => {
  it.each(['json', 'jsonl', 'csv', 'markdown', 'prompt', 'paper'] as const)(
    'reads %s one by one as it is read at once',
    async (form) => {
      const text = `\u{FEFF}${renderLibrary(library, form, sha256)}`;
      expect(await stream(text, form)).toEqual(parse(text, form));
    },
  );

  it('takes vectors out of records', async () => {
    const records = library.experiences.slice(0, 5).map((one, index) => ({ ...one, embedding: [index, 0.1, -2.5] }));
    for (const [text, form] of [
      [JSON.stringify(records), 'json'],
      [JSON.stringify({ experiences: records }), 'paper'],
      [records.map((one) => JSON.stringify(one)).join('\n'), 'jsonl'],
    ] as const) {
      const read = await stream(text, form);
      expect(read).toEqual(parse(text, form));
      expect(read.vectors).toHaveLength(5);
    }
  });

  it.each([
    ['json', ''],
    ['json', '[]'],
    ['json', '{"experiences": []}'],
    ['json', '{"G0": "When a, b.", "G1": "When c, d."}'],
    ['json', '{"text": "When a, b.", "lineage": ["exp_1"]}'],
    ['json', '[{"text": "When a, b."}, 7]'],
    ['json', '[{"text": "When a, b."}, {"text": "When a, b.", "text": "When c, d."}]'],
    ['json', '[{"text": "When a, b.", "confidence": 99999999999999999999}]'],
    ['json', '[{"text": "\\ud800"}]'],
    ['json', '[{"text": "When a, b."}'],
    ['jsonl', ''],
    ['jsonl', '{"text": "When a, b."}\n\n[{"text": "When c, d."}]\n'],
    ['jsonl', '{"text": "When a, b."}\n{'],
    ['csv', ''],
    ['csv', 'text\n'],
    ['csv', 'text,domain\n"When a\nb",code\n'],
    ['csv', 'text,domain\n"When a'],
    ['csv', 'text,domain\na,b,c\n'],
    ['markdown', 'nothing here'],
    ['markdown', '# code\n\n- When a, b.\n- [exp_1] When c, d. <sub>x</sub>\n'],
    ['prompt', ''],
  ] as const)('takes and refuses what reading at once does: %s %j', async (form, text) => {
    const expected = parse(text, form);
    const found = await stream(text, form).catch(refusedWith);
    expect(found).toEqual(expected);
  });

  it('leaves nothing open where reading ends early', async () => {
    const files = memoryFiles();
    files.set('the file', renderLibrary(library, 'csv', sha256));
    let open = 0;
    const counting = {
      ...files,
      open: async (path: string) => {
        const reader = await files.open(path);
        open++;
        return { ...reader, close: async () => void open-- };
      },
    };
    for await (const read of readExperiences(counting, 'the file', 'csv', defaults, sha256)) {
      expect(read.experience.id).toBe(library.experiences[0]?.id);
      break;
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(open).toBe(0);
  });
});
