import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ZooError } from '../../../src/core/error.ts';
import { checkExperience } from '../../../src/core/library/ingest.ts';
import { canonicalJson } from '../../../src/core/tree/canonical.ts';
import { fromHex } from '../../../src/core/digest.ts';
import { type Case, bytesOf, hasPython, judge, python } from './judge.ts';
import { makeVectors } from './vectors.ts';

const path = join(import.meta.dirname, '../../fixtures/ledger/vectors.json');
const vectors = makeVectors();

/** Every vector that is a case: those that are taken, and those that are refused. */
function casesOf(): { taken: Case[]; refused: Case[] } {
  const [taken, refused]: [Case[], Case[]] = [[], []];
  const add = (kind: Case['kind'], trusted: readonly string[], good: readonly unknown[], bad: readonly unknown[]) => {
    const made = (value: unknown): Case => {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return { kind, trusted, bytes: kind === 'difference' ? fromHex(text) : bytesOf(text) };
    };
    taken.push(...good.map(made));
    refused.push(...bad.map(made));
  };
  const { json, records, proofs, merkleProofs, certificates, signatures, log } = vectors;
  add(
    'canonical',
    [],
    json.canonical.map(({ json: text }) => text),
    json.refused,
  );
  add('record', [], records.unfit, records.refused);
  for (const { root, proof, refused: others } of proofs) add('proof', [root], [proof], others);
  for (const { record, root, proof, refused: others } of merkleProofs) {
    add('merkle-proof', [proof, root], [record], []);
    for (const other of others) add('merkle-proof', [other, root], [], [record]);
  }
  for (const { before, after, certificate, refused: others } of certificates)
    add('difference', [before, after], [certificate], others);
  for (const { commit, taken: signature, refused: others } of signatures)
    add('signature', [commit], [signature], others);
  for (const { older, newer, file, refused: others } of log.histories) add('history', [older, newer], [file], others);
  for (const { key, note, refused: others } of log.notes) add('checkpoint', [key], [note], others);
  return { taken, refused };
}

describe('the vectors of the format', () => {
  it('are what the code writes (run with UPDATE_VECTORS=1 to write them anew)', async () => {
    const text = `${JSON.stringify(vectors, null, 1)}\n`;
    if (process.env['UPDATE_VECTORS'] === '1') await writeFile(path, text);
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  it('stand in the page, as far as it shows some', async () => {
    const page = await readFile(join(import.meta.dirname, '../../../docs/ledger-format.md'), 'utf8');
    const [library] = vectors.libraries.filter(({ records }) => records.length === 1);
    const { records = [], keys = [], digests = [], recordsRoot = '', mapRoot = '' } = library ?? {};
    for (const text of [canonicalJson(records[0]), ...keys, ...digests, recordsRoot, mapRoot])
      expect(page).toContain(text);
  });

  it('are taken and refused as they say', () => {
    const { taken, refused } = casesOf();
    expect(taken.filter((one) => judge(one) === null)).toEqual([]);
    expect(refused.filter((one) => judge(one) !== null)).toEqual([]);
    expect(refused.length).toBeGreaterThan(100);
    for (const record of vectors.records.unfit) expect(() => checkExperience(record, 'it')).toThrow(ZooError);
  });

  it.skipIf(!hasPython)('hold for a second implementation, in Python', { timeout: 60_000 }, () => {
    expect(python(['vectors', path])).toBe('ok');
  });
});
