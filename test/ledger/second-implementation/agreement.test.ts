import { describe, expect, it } from 'vitest';
import { randomFor } from '../../../src/core/random.ts';
import { type Case, hasPython, judge, judgeInPython } from './judge.ts';
import { certificates, forms, histories, hugeTrees, merkleProofs, proofs, texts } from './cases.ts';
import { doubtfulSignatures, signatures } from './signature-cases.ts';

/** Another number tries others; a failure tells the case in full. */
const seed = Number(process.env['ZOO_FUZZ_SEED'] ?? 1);

describe.skipIf(!hasPython)('the second implementation', () => {
  it.each([
    ['JSON', texts, 600],
    ['proofs', proofs, 45],
    ['records and commits, by their form alone', forms, 400],
    ['proofs of one record in the paper’s form', merkleProofs, 40],
    ['histories', histories, 60],
    ['trees of any size', hugeTrees, 45],
    ['certificates', certificates, 80],
    ['signatures and signed checkpoints', signatures, 16],
    ['signatures that some take and others do not', doubtfulSignatures, 1],
  ] as const)('agrees about %s', { timeout: 120_000 }, (name, make, rounds) => {
    const cases: Case[] = [];
    for (let round = 0; round < rounds; round++) cases.push(...make(randomFor(seed, name, round)));
    const own = cases.map(judge);
    const other = judgeInPython(cases);
    const disputed = cases.flatMap(({ bytes, ...rest }, at) =>
      JSON.stringify(own[at]) === JSON.stringify(other[at])
        ? []
        : [{ ...rest, text: new TextDecoder().decode(bytes), own: own[at], other: other[at] }],
    );
    expect(disputed.slice(0, 3)).toEqual([]);
    // Neither takes everything, nor nothing.
    expect(own.some((one) => one === null)).toBe(true);
    expect(own.some((one) => one !== null)).toBe(true);
  });
});

it('proofs of trees of any size are taken', () => {
  for (let round = 0; round < 100; round++) {
    const cases = [...hugeTrees(randomFor(seed, 'any size', round))];
    const kinds = ['history', 'proof'] as const;
    const unchanged = kinds.map((kind) => cases.find((one) => one.kind === kind) as Case);
    expect(unchanged.filter((one) => judge(one) === null)).toEqual([]);
  }
});
