import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyOperations } from '../../../src/core/library/apply.ts';
import { type OperationContext, checkOperation, operationKey } from '../../../src/core/library/check-operation.ts';
import { type Experience, experienceId, experienceSchema } from '../../../src/core/library/experience.ts';
import { emptyLibrary } from '../../../src/core/library/library.ts';
import { type Operation, type ProposedOperation, toOperation } from '../../../src/core/library/operation.ts';
import { countWords } from '../../../src/core/library/words.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';

const applied = { createdAt: '2025-10-17T12:00:00Z', createdBy: 'test', sha256 };
const evidence = (group: string) => [{ run: 'run', step: 0, group, rollouts: ['r'], model: 'm', prompt_hash: 'h' }];
const propose = (operation: Operation, group = 'g'): ProposedOperation => ({
  operation,
  evidence: evidence(group),
  domain: 'math',
});
const add = (experience: string, group?: string) => propose({ operation: 'add', experience }, group);
const { library } = applyOperations(
  emptyLibrary,
  [add('When adding, carry the tens.'), add('When dividing, check for zero.')],
  applied,
);
const [first, second] = library.experiences as [Experience, Experience];
const context: OperationContext = { library, capacity: 1000, problems: [], refused: new Set(), accepted: [] };

describe('checkOperation', () => {
  const reasonOf = (operation: Operation, changes: Partial<OperationContext> = {}) =>
    checkOperation(operation, { ...context, ...changes })?.reason;

  test('accepts what keeps the rules', () => {
    expect(reasonOf({ operation: 'add', experience: 'When multiplying, estimate the size first.' })).toBeUndefined();
    expect(
      reasonOf({ operation: 'modify', id: first.id, experience: 'When adding columns, carry the tens.' }),
    ).toBeUndefined();
    expect(reasonOf({ operation: 'delete', id: first.id })).toBeUndefined();
  });

  test('an unknown id is never turned into an addition', () => {
    expect(reasonOf({ operation: 'modify', id: 'exp_none', experience: 'When adding, be quick about it.' })).toBe(
      'unknown-id',
    );
    expect(reasonOf({ operation: 'delete', id: 'exp_none' })).toBe('unknown-id');
  });

  test('tells twins in the library and in the batch', () => {
    expect(reasonOf({ operation: 'add', experience: 'When adding, CARRY the tens!' })).toBe('duplicate');
    expect(reasonOf({ operation: 'modify', id: second.id, experience: first.text })).toBe('duplicate');
    expect(reasonOf({ operation: 'modify', id: first.id, experience: first.text })).toBe('duplicate');
    const accepted: Operation[] = [
      { operation: 'add', experience: 'When lost, draw a picture.' },
      { operation: 'delete', id: second.id },
    ];
    expect(reasonOf({ operation: 'add', experience: 'When lost, draw a picture' }, { accepted })).toBe('duplicate');
    expect(reasonOf({ operation: 'modify', id: second.id, experience: 'When lost, draw a graph.' }, { accepted })).toBe(
      'duplicate',
    );
    expect(reasonOf({ operation: 'add', experience: second.text }, { accepted })).toBeUndefined();
  });

  test('keeps the limits', () => {
    const words = Array.from({ length: 31 }, (_, index) =>
      `word${String.fromCodePoint(97 + index)}`.replaceAll(/[^a-z]/g, 'x'),
    );
    expect(reasonOf({ operation: 'add', experience: `When, ${words.join(' ')}` })).toBeUndefined();
    expect(reasonOf({ operation: 'add', experience: `When, ${words.join(' ')} more` })).toBe('too-long');
    expect(reasonOf({ operation: 'add', experience: 'When full, stop adding things.' }, { capacity: 2 })).toBe(
      'library-full',
    );
    const accepted: Operation[] = [{ operation: 'delete', id: first.id }];
    expect(
      reasonOf({ operation: 'add', experience: 'When full, stop adding things.' }, { capacity: 2, accepted }),
    ).toBeUndefined();
  });

  test('remembers what was refused, whatever its spelling', () => {
    const refused = new Set([operationKey({ operation: 'add', experience: 'When odd, use parity twice.' })]);
    expect(reasonOf({ operation: 'add', experience: 'when ODD use parity, twice' }, { refused })).toBe('remembered');
  });

  test('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (experience, id) => {
        checkOperation({ operation: 'add', experience }, context);
        checkOperation({ operation: 'modify', id, experience }, context);
      }),
    );
  });
});

describe('toOperation', () => {
  test('takes what each kind needs', () => {
    expect(toOperation({ operation: 'add', id: null, experience: '  When\n a,  b c. ' })).toEqual({
      operation: 'add',
      experience: 'When a, b c.',
    });
    expect(toOperation({ operation: 'delete', id: '[exp_1]', experience: '' })).toEqual({
      operation: 'delete',
      id: 'exp_1',
    });
    expect(toOperation({ operation: 'modify', id: 'exp_1', experience: '' })).toBeUndefined();
    expect(toOperation({ operation: 'modify', experience: 'When a, b c.' })).toBeUndefined();
    expect(toOperation({ operation: 'add', experience: ' ' })).toBeUndefined();
  });
});

describe('applyOperations', () => {
  test('additions go to the end with a whole record', () => {
    expect(library.experiences.map(({ text }) => text)).toEqual([
      'When adding, carry the tens.',
      'When dividing, check for zero.',
    ]);
    for (const experience of library.experiences) expect(experienceSchema.parse(experience)).toEqual(experience);
    expect(first.id).toBe(experienceId('math', first.text, sha256));
    expect(first.confidence).toBe(0.6667);
  });

  test('a modification keeps the place and the lineage, under a new id', () => {
    const modify = propose(
      { operation: 'modify', id: first.id, experience: 'When adding columns, carry the tens.' },
      'other',
    );
    const result = applyOperations(library, [modify], applied);
    const [changed, kept] = result.library.experiences;
    expect(kept).toBe(second);
    expect(changed).toMatchObject({ lineage: [first.id], domain: 'math', confidence: 0.75 });
    expect(changed?.id).not.toBe(first.id);
    expect(changed?.evidence.map(({ group }) => group)).toEqual(['g', 'other']);
    expect(result.changes).toEqual([{ change: 'modified', id: changed?.id, text: changed?.text }]);
  });

  test('a deletion removes, and an operation that no longer fits is left out', () => {
    const gone = propose({ operation: 'delete', id: first.id });
    const result = applyOperations(library, [gone, gone, add(second.text)], applied);
    expect(result.library.experiences).toEqual([second]);
    expect(result.changes).toEqual([{ change: 'deleted', id: first.id, text: first.text }]);
  });

  test('never loses a record that no operation names', () => {
    const operation = fc.oneof(
      fc.constantFrom(first.id, second.id, 'exp_none').map((id): Operation => ({ operation: 'delete', id })),
      fc.string({ minLength: 1 }).map((experience): Operation => ({ operation: 'add', experience })),
      fc
        .record({ id: fc.constantFrom(first.id, second.id), experience: fc.string({ minLength: 1 }) })
        .map((fields): Operation => ({ operation: 'modify', ...fields })),
    );
    fc.assert(
      fc.property(fc.array(operation), (operations) => {
        const named = new Set(operations.flatMap((one) => (one.operation === 'add' ? [] : [one.id])));
        const after = applyOperations(
          library,
          operations.map((one) => propose(one)),
          applied,
        ).library.experiences;
        for (const experience of library.experiences)
          if (!named.has(experience.id)) expect(after).toContain(experience);
        expect(new Set(after.map(({ id }) => id)).size).toBe(after.length);
      }),
    );
  });
});

describe('countWords', () => {
  test.each([
    ['', 0],
    ['When it rains, it pours.', 5],
    ['well-known three-digit numbers', 3],
    ["don't stop", 2],
    ['x² + 2x = 5', 3],
    ['wenn Größe zählt', 3],
  ])('%j has %d', (text, words) => expect(countWords(text)).toBe(words));

  test('counts words of scripts without spaces', () => {
    expect(countWords('我们先检查边界')).toBeGreaterThan(2);
  });
});
