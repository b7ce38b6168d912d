import { describe, expect, it } from 'vitest';
import { readRows } from '../../../src/world/dataset/read/read-rows.ts';
import { toProblems } from '../../../src/world/dataset/to-problems.ts';
import type { MapOptions } from '../../../src/world/dataset/to-problems.ts';
import { toZooForm } from '../../../src/world/dataset/zoo-form.ts';

async function load(text: string, options: Partial<MapOptions> & { name?: string } = {}) {
  const file = options.name ?? 'set.jsonl';
  return toProblems(await readRows(new TextEncoder().encode(text), file), { file, ...options });
}

describe('JSONL', () => {
  it('reads the documented form', async () => {
    const { problems, notes } = await load(
      '{"id":"a","problem":"1+1?","answer":"2"}\n{"id":"b","problem":"2+2?","answer":"4"}\n',
    );
    expect(problems).toEqual([
      { id: 'a', problem: '1+1?', answer: '2' },
      { id: 'b', problem: '2+2?', answer: '4' },
    ]);
    expect(notes).toEqual([]);
  });

  it('takes a byte-order mark, CRLF, blank lines and a missing line feed at the end', async () => {
    const { problems } = await load(
      '\uFEFF{"id":"a","problem":"1+1?","answer":"2"}\r\n\r\n  \n{"id":"b","problem":"2?","answer":"4"}',
    );
    expect(problems.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('maps usual names and says so', async () => {
    const { problems, notes } = await load('{"question":"1+1?","target":2}\n{"question":"2+2?","target":4}');
    expect(problems).toEqual([
      { id: 'set-1', problem: '1+1?', answer: '2' },
      { id: 'set-2', problem: '2+2?', answer: '4' },
    ]);
    expect(notes).toEqual(['the field "question" is read as "problem"', 'the field "target" is read as "answer"']);
  });

  it('takes the final answer out of worked solutions', async () => {
    const { problems } = await load(
      JSON.stringify({ question: 'a?', answer: 'Half of 4 is 2, and two more are 4.\n#### 1,004' }) +
        '\n' +
        JSON.stringify({
          question: 'b?',
          answer: String.raw`We add the two numbers and find that the sum is $\boxed{\frac{1}{2}}$.`,
        }),
    );
    expect(problems.map(({ answer }) => answer)).toEqual(['1,004', String.raw`\frac{1}{2}`]);
  });

  it('reads chats, nested fields, lists of one answer and numbers as they are spelled', async () => {
    const chat = JSON.stringify([
      { role: 'system', content: 's' },
      { role: 'user', content: '1+1?' },
    ]);
    expect((await load(`{"prompt":${chat},"answer":12345678901234567890}`)).problems[0]).toMatchObject({
      problem: '1+1?',
      answer: '12345678901234567890',
    });
    const nested = await load('{"prompt":[{"role":"user","content":"1+1?"}],"reward_model":{"ground_truth":["2"]}}');
    expect(nested.problems[0]).toMatchObject({ problem: '1+1?', answer: '2' });
  });

  it('passes images, domain and stratum through', async () => {
    const { problems } = await load(
      '{"id":"a","problem":"?","answer":"1","domain":"math.geometry","level":"5","images":["https://example.org/a.png"]}',
    );
    expect(problems[0]).toEqual({
      id: 'a',
      problem: '?',
      answer: '1',
      domain: 'math.geometry',
      stratum: '5',
      images: ['https://example.org/a.png'],
    });
  });

  it('counts problems without an answer and repetitions', async () => {
    const { problems, notes } = await load(
      '{"id":"a","problem":"?"}\n{"id":"b","problem":"!","answer":null}\n{"id":"a","problem":"?"}',
    );
    expect(problems).toHaveLength(2);
    expect(notes).toEqual([
      '1 of 3 records repeat another one and were dropped',
      '2 of 2 problems have no answer (the first at line 1, column 1): only a verifier that needs none, such as judge, can grade them',
    ]);
  });

  it.each([
    [
      'a syntax error',
      '{"id":"a","problem":"x"}\n{"id":"b" "problem":"y"}',
      'dataset-malformed',
      'set.jsonl, line 2, column 11: comma expected',
    ],
    [
      'a torn line',
      '{"id":"a","problem":"x',
      'dataset-malformed',
      'set.jsonl, line 1, column 21: unexpected end of string',
    ],
    ['an array', '\n[1]', 'dataset-malformed', 'set.jsonl, line 2, column 1: expected an object, found an array'],
    ['null', 'null', 'dataset-malformed', 'set.jsonl, line 1, column 1: expected an object, found null'],
    [
      'a wrong type',
      '{"id":"a","problem":{"x":1}}',
      'dataset-invalid',
      'set.jsonl, line 1, column 21: "problem" is neither text nor a number',
    ],
    [
      'an empty problem',
      '{"id":"a","problem":" "}',
      'dataset-invalid',
      'set.jsonl, line 1, column 21: the problem is missing or empty',
    ],
    [
      'several answers',
      '{"problem":"?","answer":["1","2"]}',
      'dataset-invalid',
      'set.jsonl, line 1, column 25: "answer" is neither text nor a number',
    ],
    [
      'no usual field',
      '{"a":1,"b":2}',
      'dataset-fields',
      'set.jsonl, line 1, column 1: no field holds the problem; found "a", "b"',
    ],
    [
      'one id for two problems',
      '{"id":"a","problem":"x"}\n{"id":"a","problem":"y"}',
      'dataset-duplicate',
      'set.jsonl, line 2, column 7: the id "a" stands for another problem at line 1, column 7',
    ],
    [
      'an image that is none',
      '{"id":"a","problem":"x","images":[3]}',
      'dataset-invalid',
      'set.jsonl, line 1, column 34: images are given as URLs, data URIs or bytes',
    ],
    ['nothing', '\n \n', 'dataset-empty', 'set.jsonl holds no problems'],
  ])('tells where %s is', async (_, text, code, message) => {
    await expect(load(text)).rejects.toMatchObject({ code, message });
  });

  it('tells all that is wrong with a file at once', async () => {
    const rows = ['{"id":"a","problem":""}', '{"id":"b","problem":"x"}', '{"id":"b","problem":"y"}', '{"id":"c"}'];
    await expect(load(rows.join('\n'))).rejects.toMatchObject({
      code: 'dataset-invalid',
      message: expect.stringContaining('(and 2 more; the next: set.jsonl, line 3, column 7: the id "b"'),
      data: {
        faults: [
          expect.stringContaining('line 1'),
          expect.stringContaining('line 3'),
          expect.stringContaining('line 4'),
        ],
      },
    });
  });

  it('tells where bytes are not UTF-8', async () => {
    const bytes = new Uint8Array([...new TextEncoder().encode('{"id":"a"}\n{"'), 0xff, 0x22]);
    await expect(readRows(bytes, 'set.jsonl')).rejects.toMatchObject({
      code: 'not-utf8',
      message: 'set.jsonl, line 2, column 3: not UTF-8 text',
    });
  });
});

describe('JSON', () => {
  it.each(['[{"id":1,"problem":"x","answer":2}]', '{"data":[{"id":1,"problem":"x","answer":2}]}'])(
    'reads %s',
    async (text) => {
      expect((await load(text, { name: 'set.json' })).problems).toEqual([{ id: '1', problem: 'x', answer: '2' }]);
    },
  );

  it.each([
    [
      '[\n {"id":"a","problem":"x"},\n {"id":"b","problem":[]}\n]',
      'dataset-invalid',
      'set.json, line 3, column 22: "problem" is neither text nor a number',
    ],
    ['[\n {"id":"a",}\n]', 'dataset-malformed', 'set.json, line 2, column 12: property name expected'],
    [
      '[\n {"id":"a","problem":"x"},\n 5]',
      'dataset-malformed',
      'set.json, line 3, column 2: expected an object a problem',
    ],
    ['{"x":1}', 'dataset-malformed', 'set.json, line 1, column 1: expected an array of problems'],
  ])('tells where %j is wrong', async (text, code, message) => {
    await expect(load(text, { name: 'set.json' })).rejects.toMatchObject({ code, message });
  });
});

describe('CSV', () => {
  it('reads quotes, line breaks in values and CRLF', async () => {
    const { problems } = await load('id,question,answer\r\n1,"a, ""b""\nc",3\r\n\r\n2,d,4\r\n', { name: 'set.csv' });
    expect(problems).toEqual([
      { id: '1', problem: 'a, "b"\nc', answer: '3' },
      { id: '2', problem: 'd', answer: '4' },
    ]);
  });

  it('reads tabs', async () => {
    expect((await load('problem\tanswer\nx\t1\n', { name: 'set.tsv' })).problems[0]).toMatchObject({
      problem: 'x',
      answer: '1',
    });
  });

  it.each([
    ['id,problem\n1,"é\nb"\n2,\n', 'dataset-invalid', 'set.csv, line 4, column 3: the problem is missing or empty'],
    ['id,problem\n1,2,3\n', 'dataset-malformed', /^set.csv, line 2, column \d+: Invalid Record Length/],
    ['id,problem\n1,"ab\nc', 'dataset-malformed', /^set.csv, line 3, column \d+: Quote Not Closed/],
    ['id,id\n1,2\n', 'dataset-malformed', 'set.csv, line 1: two columns are named "id"'],
    [
      'id,problem\n1,x\n1,y\n',
      'dataset-duplicate',
      'set.csv, line 3, column 1: the id "1" stands for another problem at line 2, column 1',
    ],
  ])('tells where %j is wrong', async (text, code, message) => {
    await expect(load(text, { name: 'set.csv' })).rejects.toMatchObject({
      code,
      message: message instanceof RegExp ? expect.stringMatching(message) : message,
    });
  });
});

describe('fields of a card', () => {
  it('applies prefixes, suffixes, numbering and integers', async () => {
    const { problems } = await load('{"q":"Solve: 1+1? Go.","a":"27.0"}\n{"q":"Solve: 2? Go.","a":"1,000"}', {
      fields: {
        problem: { path: 'q', removePrefix: 'Solve: ', removeSuffix: ' Go.' },
        answer: { path: 'a', integer: true },
      },
      idPrefix: 'x-',
      numberFrom: 0,
    });
    expect(problems).toEqual([
      { id: 'x-0', problem: '1+1?', answer: '27' },
      { id: 'x-1', problem: '2?', answer: '1000' },
    ]);
  });

  it('fills templates, with lists line by line', async () => {
    const { problems } = await load(
      '{"id":1,"text":"Add two numbers.","tests":["assert add(1,2)==3","assert add(0,0)==0"]}',
      {
        fields: { id: 'id', problem: 'text', answer: { template: '{tests}\n# of {id}' } },
      },
    );
    expect(problems[0]?.answer).toBe('assert add(1,2)==3\nassert add(0,0)==0\n# of 1');
    await expect(load('{"text":"x"}', { fields: { problem: { template: '{text} {other}' } } })).rejects.toMatchObject({
      code: 'dataset-invalid',
      message:
        'set.jsonl, line 1, column 1: "other", of which "problem" is made, is missing or neither text nor a number',
    });
  });

  it('drops repeated problems when told to', async () => {
    const { problems, notes } = await load('{"id":"1","problem":"x"}\n{"id":"2","problem":"x"}', {
      dropRepeatedProblems: true,
    });
    expect(problems.map(({ id }) => id)).toEqual(['1']);
    expect(notes[0]).toContain('1 of 2 records');
  });
});

describe('the zoo form', () => {
  it('is read back as it was written, and is stable', async () => {
    const problems = [
      { id: 'a', problem: 'Janet’s "ducks"\n', answer: '1' },
      {
        id: 'b',
        problem: 'x',
        answer: '2',
        domain: 'math',
        stratum: '5',
        images: ['https://example.org/a.png', 'data:image/png;base64,AA'],
      },
    ];
    const form = toZooForm(problems);
    expect(form.split('\n')[0]).toBe(String.raw`{"id": "a", "problem": "Janet’s \"ducks\"\n", "answer": "1"}`);
    expect((await load(form)).problems).toEqual(problems);
  });
});
