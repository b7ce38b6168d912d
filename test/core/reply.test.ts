import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { parseReply } from '../../src/core/reply.ts';

const operations = z.object({ operations: z.array(z.object({ operation: z.string(), experience: z.string() })) });
const said = { operations: [{ operation: 'add', experience: 'When counting, subtract overlaps.' }] };
const json = JSON.stringify(said);

describe('parseReply finds', () => {
  test.each([
    ['bare JSON', json],
    ['JSON with white space around it', `\n  ${json}\n`],
    ['a code fence', `\`\`\`json\n${json}\n\`\`\``],
    ['a code fence in prose', `Here is my answer:\n\n\`\`\`\n${json}\n\`\`\`\n\nI hope it helps {a lot}.`],
    ['JSON amid prose', `The winners subtract. ${json} That is all.`],
    ['JSON after an unclosed bracket', `Consider the set {1, 2 and more. ${json}`],
    ['JSON after brackets that close', `The set {1, 2} and [3] matter. ${json}`],
    ['trailing commas', json.replace(']}', ',],}')],
    [
      'single quotes and bare keys',
      "{operations: [{operation: 'add', experience: 'When counting, subtract overlaps.'}]}",
    ],
    ['comments', `{ // my answer\n"operations": ${JSON.stringify(said.operations)} }`],
    ['a lost closing bracket', json.slice(0, -1)],
  ])('%s', (_, text) => {
    expect(parseReply(text, operations)).toEqual({ kind: 'fits', value: said });
  });

  test('the last value that fits, because models restate examples first', () => {
    const example = JSON.stringify({ operations: [] });
    expect(parseReply(`An example is ${example}. My answer: ${json}`, operations)).toEqual({
      kind: 'fits',
      value: said,
    });
    expect(parseReply(`${json}\nUnlike {"note": 1}.`, operations)).toEqual({ kind: 'fits', value: said });
  });
});

describe('parseReply keeps LaTeX', () => {
  test.each([
    [String.raw`{"text": "\frac{1}{2} \times \theta"}`, String.raw`\frac{1}{2} \times \theta`],
    [String.raw`{"text": "\\frac{1}{2}"}`, String.raw`\frac{1}{2}`],
    [
      String.raw`{"text": "\alpha \sqrt{2} \( x \) \underbrace{y}"}`,
      String.raw`\alpha \sqrt{2} \( x \) \underbrace{y}`,
    ],
    [String.raw`{"text": "one\nTwo\tthree \"quoted\" \u00e9"}`, 'one\nTwo\tthree "quoted" é'],
    [String.raw`{"text": "first\ne.g. second"}`, 'first\ne.g. second'],
  ])('%s', (text, expected) => {
    expect(parseReply(text, z.object({ text: z.string() }))).toEqual({ kind: 'fits', value: { text: expected } });
  });

  test('and well-formed JSON means what it means', () => {
    const schema = z.object({ text: z.string() });
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        fc.pre(!/[\b\f\n\r\t]/.test(text));
        expect(parseReply(JSON.stringify({ text }), schema)).toEqual({ kind: 'fits', value: { text } });
      }),
    );
  });
});

describe('parseReply refuses', () => {
  test('prose, and does not make a string of it', () => {
    expect(parseReply('I could not find any.', z.string())).toEqual({
      kind: 'unfit',
      reason: 'There is no JSON in it.',
    });
    expect(parseReply('', operations).kind).toBe('unfit');
  });

  test('what does not fit, saying where', () => {
    const reply = parseReply('{"operations": [{"operation": "add"}]}', operations);
    expect(reply).toMatchObject({ kind: 'unfit', reason: expect.stringContaining('operations.0.experience') });
  });

  test('code, which is never run', () => {
    const reply = parseReply('{"operations": (() => { globalThis.ran = true; return [] })()}', operations);
    expect(reply.kind).toBe('unfit');
    expect('ran' in globalThis).toBe(false);
  });

  test('anything, without throwing, and without hanging on hostile brackets', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseReply(text, operations)));
    for (const hostile of ['{'.repeat(200_000), '["'.repeat(100_000), `${'\\'.repeat(100_000)}{`]) {
      expect(parseReply(hostile, operations).kind).toBe('unfit');
    }
  });
});
