import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Experience } from '../../../src/core/library/experience.ts';
import { canonicalJson } from '../../../src/core/tree/canonical.ts';
import { describeGitFile, mergeGitFile, mergedKinds } from '../../../src/ledger/git/git-drivers.ts';
import { renderRecord } from '../../../src/ledger/layout.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { exampleExperience, exampleLibrary } from '../experience.ts';

const merge = (kind: Parameters<typeof mergeGitFile>[0], base: string, ours: string, theirs: string) =>
  mergeGitFile(kind, base, ours, theirs, 'library/records/x', sha256);
const shard = (...records: Experience[]) => records.map((record) => `${canonicalJson(record)}\n`).join('');
const one = exampleExperience(1);
const trusted = (record: Experience, confidence: number) => ({ ...record, confidence });

describe('mergeGitFile', () => {
  it('merges a record by its fields and writes it as zoo does', () => {
    const ours = { ...one, examples: [{ input: 'a', output: 'b' }] };
    expect(merge('record', renderRecord(one), renderRecord(ours), renderRecord(trusted(one, 0.9)))).toEqual({
      text: renderRecord(trusted(ours, 0.9)),
      conflicts: [],
    });
  });

  it('leaves ours and says what is in conflict where both reworded a record in place', () => {
    const [ours, theirs] = [
      { ...one, text: 'When a, do b.' },
      { ...one, text: 'When a, do c.', confidence: 0.9 },
    ];
    const merged = merge('record', renderRecord(one), renderRecord(ours), renderRecord(theirs));
    expect(merged.conflicts).toEqual([
      `${one.id}: both sides reworded it\n  ours:   When a, do b.\n  theirs: When a, do c.`,
    ]);
    expect(JSON.parse(merged.text)).toEqual(trusted(ours, 0.9));
  });

  it('takes what both added, though the base is empty', () => {
    expect(merge('record', '', renderRecord(one), renderRecord(trusted(one, 0.7)))).toEqual({
      text: renderRecord(trusted(one, 0.7)),
      conflicts: [],
    });
  });

  it('does not mix a record with another that git took for its new name', () => {
    const other = exampleExperience(2);
    const theirs = trusted(one, 0.9);
    expect(merge('record', renderRecord(one), renderRecord(other), renderRecord(theirs)).text).toBe(
      renderRecord(other),
    );
    expect(merge('record', renderRecord(one), renderRecord(theirs), renderRecord(other)).text).toBe(
      renderRecord(other),
    );
  });

  it('merges shards by their records', () => {
    const [a, b, c, d] = exampleLibrary(4).experiences as [Experience, Experience, Experience, Experience];
    const merged = merge('shard', shard(a, b), shard(trusted(a, 0.9), b, c), shard(a, d));
    expect(merged.conflicts).toEqual([]);
    const ids = merged.text
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as Experience).id);
    expect([...ids].sort()).toEqual([a.id, c.id, d.id].sort());
    expect(merged.text).toContain('"confidence":0.9');
  });

  it('keeps the order append-mostly and sees where both replaced one', () => {
    expect(merge('order', 'a\nb\nc\n', 'a\nb\nc\nd\n', 'b\nc\ne\n')).toEqual({ text: 'b\nc\nd\ne\n', conflicts: [] });
    expect(merge('order', 'a\nb\nc\n', 'a\nx\nc\n', 'a\ny\nc\n').conflicts).toEqual([
      'b: both sides reworded it, ours as x, theirs as y',
    ]);
    expect(merge('order', 'a\nb\nc\n', 'a\nx\nc\n', 'a\nx\nc\n').conflicts).toEqual([]);
    expect(merge('order', 'a\nb\nc\n', 'a\nx\nc\n', 'a\nb\nc\n').conflicts).toEqual([]);
    expect(merge('order', 'a\nb\nc\n', 'a\nc\n', 'a\nx\nc\n').conflicts).toEqual([
      'b: ours removed it, theirs reworded it as x',
    ]);
    expect(merge('order', 'a\nb\nc\n', 'a\nx\nc\n', 'a\nc\n').conflicts).toEqual([
      'b: theirs removed it, ours reworded it as x',
    ]);
    expect(merge('order', 'a\nb\nc\n', 'a\nc\n', 'a\nc\n')).toEqual({ text: 'a\nc\n', conflicts: [] });
  });

  it('keeps our history, and lets no version leave it', () => {
    const [one, two, three, four] = ['1', '2', '3', '4'].map((digit) => `${digit.repeat(64)}\n`);
    const [ours, theirs] = [`${one}${two}${three}`, `${one}${two}${four}`];
    expect(merge('ours', `${one}${two}`, ours, theirs)).toEqual({ text: ours, conflicts: [] });
    expect(merge('ours', `${one}${two}`, ours, `${one}`)).toEqual({
      text: ours,
      conflicts: [`version ${'2'.repeat(12)} cannot leave the history, but what it changed can be taken back`],
    });
    expect(merge('ours', 'zoo-ledger/v1\n2\nabc\n', ours, 'zoo-ledger/v1\n1\ndef\n').conflicts).toEqual([]);
  });

  it('turns hostile texts into conflicts, and never loses ours', () => {
    const hostile = fc.oneof(fc.string(), fc.json(), fc.constantFrom('', '[[[[', renderRecord(one), shard(one)));
    fc.assert(
      fc.property(fc.constantFrom(...mergedKinds), hostile, hostile, hostile, (kind, base, ours, theirs) => {
        const { text, conflicts } = merge(kind, base, ours, theirs);
        if (conflicts.length > 0 && kind === 'record') expect([ours, renderRecord(one)]).toContain(text);
        if (kind === 'ours' || kind === 'head') expect(text).toBe(ours);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('describeGitFile', () => {
  it('writes a line a field, and a block a record of a shard', () => {
    const evidence = [{ run: 'f00d', step: 2, group: 'p1', rollouts: ['a', 'b'], model: 'm', prompt_hash: 'h' }];
    const record = { ...one, evidence, lineage: ['exp_0'], examples: [{ input: 'line\nbreak', output: 'b' }] };
    expect(describeGitFile(renderRecord(record)).split('\n')).toEqual([
      `id           ${one.id}`,
      'domain       math.algebra',
      `text         ${one.text}`,
      'confidence   0.5',
      'votes        0 for, 0 against',
      'uses         0',
      'created      2026-01-02T03:04:05.000Z by zoo',
      'example      line break => b',
      'was          exp_0',
      'learned      from 2 rollouts of p1, step 2 of run f00d, by m',
      '',
    ]);
    expect(describeGitFile(shard(one, exampleExperience(2))).match(/^id /gm)).toHaveLength(2);
  });

  it.each(['', 'plain text\n', '{"a":1}', '{"commit":{}}', '[1,2]\n', '{"id":"x"'])('leaves %j as it is', (text) => {
    expect(describeGitFile(text)).toBe(text);
  });
});
