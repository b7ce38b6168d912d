import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readCards } from '../../../src/world/dataset/card.ts';
import { datasetSource } from '../../../src/world/dataset/source.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { diskFiles } from '../../../src/world/files/disk.ts';

const folder = fileURLToPath(new URL('../../../datasets', import.meta.url));
const cards = await readCards(diskFiles, folder);

describe('the cards that ship', () => {
  it('are these', () => {
    expect(cards.map(({ name, verifier }) => [name, verifier])).toEqual([
      ['aime24', 'numeric'],
      ['aime25', 'numeric'],
      ['amc23', 'numeric'],
      ['dapo-math-17k', 'math'],
      ['gsm8k', 'numeric'],
      ['humaneval', 'code'],
      ['math500', 'math'],
      ['quickstart', 'numeric'],
      ['short-texts', 'judge'],
    ]);
  });

  it('have a rubric where a judge grades', () => {
    for (const { verifier, rubric } of cards) expect(verifier === 'judge').toBe(rubric !== undefined);
  });

  it.each(cards.filter(({ shipped }) => shipped !== undefined))(
    'hold the problems that they tell: $name',
    async (card) => {
      const source = datasetSource({
        files: diskFiles,
        clock: { now: () => 0, sleep: async () => {} },
        sha256,
        cards: folder,
        cache: '/nonexistent',
        fetch: () => Promise.reject(new Error('nothing is to be fetched')),
      });
      const { problems, origin } = await source.open(card.name);
      expect(origin).toBe('shipped');
      expect(problems).toHaveLength(card.problems ?? -1);
      expect(problems.every(({ stratum }) => stratum !== undefined)).toBe(true);
      expect(problems.every(({ answer }) => (answer === undefined) === (card.verifier === 'judge'))).toBe(true);
    },
  );
});
