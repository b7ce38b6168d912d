import { afterAll, describe, expect, it } from 'vitest';
import { schemaVerifier } from '../../../src/world/verifier/schema.ts';

const schema = {
  type: 'object',
  properties: { city: { type: 'string' }, people: { type: 'integer', minimum: 1 } },
  required: ['city', 'people'],
  additionalProperties: false,
};
const verifier = schemaVerifier({ schema, limitMs: 5000 });
afterAll(() => verifier.close());
const verify = (response: string, answer?: string) =>
  verifier.verify({ id: 'p', problem: '?', ...(answer === undefined ? {} : { answer }) }, response);

describe('schemaVerifier', () => {
  it('takes JSON that fits, bare or in prose', async () => {
    expect(await verify('{"city":"Ulm","people":5}')).toMatchObject({ correct: true });
    expect(await verify('Here it is:\n```json\n{"city":"Ulm","people":5}\n```')).toMatchObject({ correct: true });
  });

  it.each(['{"city":"Ulm"}', '{"city":"Ulm","people":0}', '{"city":"Ulm","people":5,"x":1}', '{"city":5,"people":5}'])(
    'refuses %s',
    async (response) => {
      expect(await verify(response)).toMatchObject({ kind: 'graded', correct: false });
    },
  );

  it('compares with an answer that is JSON', async () => {
    expect(await verify('{"people":5,"city":"Ulm"}', '{"city":"Ulm","people":5}')).toMatchObject({ correct: true });
    expect(await verify('{"city":"Ulm","people":6}', '{"city":"Ulm","people":5}')).toMatchObject({ correct: false });
    expect(await verify('{"city":"Ulm","people":6}', 'a city and how many live there')).toMatchObject({
      correct: true,
    });
  });

  it('calls a response without JSON unparseable', async () => {
    expect(await verify('Ulm has five.')).toMatchObject({ kind: 'unparseable' });
  });

  it.each([{ type: 'nonsense' }, { not: { type: 'string' } }, { $ref: '#/missing' }])(
    'is an error for the schema %j',
    (broken) => {
      expect(() => schemaVerifier({ schema: broken })).toThrow(expect.objectContaining({ code: 'verifier-schema' }));
    },
  );
});
