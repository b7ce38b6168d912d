import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Experience } from '../../../src/core/library/experience.ts';
import { commitWorking } from '../../../src/ledger/commit-working.ts';
import { openLedger } from '../../../src/ledger/open-ledger.ts';
import { readHeader } from '../../../src/ledger/working.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { diskFiles } from '../../../src/world/files/disk.ts';
import { exampleExperience } from '../../ledger/experience.ts';
import { runLedger } from './run-ledger.ts';

/** So few that they may lie in files of their own, and so many that they stay in shards once they lie there. */
const size = 1050;
const clock = { now: () => Date.UTC(2026, 0, 1), sleep: () => Promise.resolve() };

const domains = ['math.algebra', 'math.geometry', 'code', 'writing.clarity'];
const verbs = ['check', 'compare', 'rewrite', 'draw', 'estimate', 'factor', 'invert', 'name', 'order', 'prove'];
const things = ['bound', 'limit', 'margin', 'parity', 'residue', 'scene', 'signature', 'symmetry', 'test', 'unit'];

/** Experiences of which some say nearly the same, some were used, and some break a rule. */
function member(number: number): Experience {
  const [verb, thing] = [verbs[number % 10], things[Math.trunc(number / 10) % 10]];
  const twin = number % 97 === 0 ? number + 1 : number;
  const text =
    number % 61 === 0
      ? `Be careful with the ${thing} of case c${number}.`
      : `When case c${twin} asks for a ${thing} of kind k${twin % 89}, ${verb} it first and note ${number === twin ? 'what' : 'how'} remains open.`;
  const domain = domains[number % 4] ?? 'code';
  return exampleExperience(number, {
    domain,
    text,
    confidence: (number % 21) / 20,
    metadata: {
      created_at: new Date(Date.UTC(2026, 0, 1) + number * 1000).toISOString(),
      created_by: number % 3 === 0 ? 'ada' : 'zoo train (größer)',
      votes: { upvotes: number % 5, downvotes: number % 3 },
      usage_count: number % 17,
    },
    examples: number % 8 === 0 ? [{ input: `Was ist ${number}?`, output: 'Größer als "1".' }] : [],
    evidence:
      number % 6 === 0
        ? [
            {
              run: `run${number % 4}`,
              step: 1,
              group: `g${number}`,
              rollouts: ['a', 'b'],
              model: 'm',
              prompt_hash: 'p',
            },
          ]
        : [],
  });
}

const first = Array.from({ length: size }, (_, number) => member(number));
const gone = first[20] as Experience;
const counted = first[31] as Experience;
const old = first[42] as Experience;
const reworded = exampleExperience(90_001, { domain: old.domain, lineage: [old.id] });
const fresh = exampleExperience(90_002, { domain: 'code' });
const second = first
  .filter(({ id }) => id !== gone.id)
  .map((one) => {
    if (one.id === old.id) return reworded;
    return one.id === counted.id ? { ...one, metadata: { ...one.metadata, usage_count: 99 } } : one;
  })
  .concat(fresh);
const later = exampleExperience(90_003, { lineage: [fresh.id], domain: 'code' });
const third = second.map((one) => (one.id === fresh.id ? later : one));
const working = [...third.slice(0, 5).toReversed(), ...third.slice(5), exampleExperience(90_004)];

/** What somebody else made of the first version: other words for what we reworded, counters, news, and a gap. */
const otherwise = exampleExperience(90_005, { domain: old.domain, lineage: [old.id] });
const branched = first
  .filter((_, number) => number !== 77)
  .flatMap((one, number) => {
    if (one.id === old.id) return [otherwise];
    if (one.id === counted.id) return [{ ...one, metadata: { ...one.metadata, usage_count: 50 }, confidence: 0.9 }];
    return number === 500 ? [exampleExperience(90_006), one] : [one];
  })
  .concat(fresh, exampleExperience(90_007));

let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'zoo-large-'));
  await writeVectors();
  for (const layout of ['files', 'shards']) {
    const ledger = openLedger({ files: diskFiles, sha256, clock, folder: join(home, layout, 'library') });
    const more = Array.from({ length: 1000 }, (_, number) => exampleExperience(number));
    if (layout === 'shards') await ledger.save({ experiences: [...first, ...more] });
    for (const experiences of [first, second, third]) {
      await ledger.save({ experiences });
      await commitWorking(diskFiles, clock, ledger, { message: 'Next', author: 'ada' }, sha256);
      if (experiences !== first) continue;
      const theirs = join(home, layout, 'theirs');
      await cp(join(home, layout, 'library'), theirs, { recursive: true });
      const other = openLedger({ files: diskFiles, sha256, clock, folder: theirs });
      await other.save({ experiences: branched });
      await commitWorking(diskFiles, clock, other, { message: 'Theirs', author: 'bob' }, sha256);
    }
    await ledger.save({ experiences: working });
  }
}, 120_000);

/** Records that bring numbers along, 32-bit ones and others. */
async function writeVectors(): Promise<void> {
  const records = [first[3] as Experience, exampleExperience(90_010), exampleExperience(90_011)].map((one, index) => ({
    ...one,
    confidence: 0.25,
    embedding: Array.from({ length: 8 }, (_, at) => (index === 1 ? (at + 1) / 4 : Math.sqrt(at + index))),
  }));
  await writeFile(join(home, 'vectors.json'), JSON.stringify({ experiences: records.slice(1) }, null, 2));
  await writeFile(join(home, 'vectors.jsonl'), records.map((one) => JSON.stringify(one)).join('\n'));
  await writeFile(join(home, 'vectors.csv'), 'text,domain\n"When a, b is asked,\ndo c.",code\n');
}

afterAll(() => rm(home, { recursive: true, force: true }));

/** What a command says of the library in each layout; commits have other packs, and so other ids. */
async function inBoth(words: readonly string[], folders: readonly [string, string] = ['files', 'shards']) {
  const said: (Awaited<ReturnType<typeof runLedger>> & { readonly commits: number })[] = [];
  for (const folder of folders) {
    const path = join(home, folder);
    const { code, stdout, stderr } = await runLedger(path, words);
    const ledger = openLedger({ files: diskFiles, sha256, clock, folder: join(path, 'library') });
    const history = await ledger.history();
    const known = [...history.flatMap(({ id, commit }) => [id, commit.packCid])];
    const plain = (text: string) =>
      known
        .reduce((shown, id) => shown.replaceAll(id, 'ID'), text)
        .replaceAll(path, 'HOME')
        // Shards that were put in force without a version, which the next one may name.
        .replaceAll(/^note \[unreferenced\].*\n.*\n/gm, '');
    said.push({ code, stdout: plain(stdout), stderr: plain(stderr), commits: history.length });
  }
  return said as [(typeof said)[0], (typeof said)[0]];
}

const reading: readonly (readonly string[])[] = [
  ['status'],
  ['list'],
  ['list', '--in', 'math'],
  ['list', '--in', 'nothing'],
  ['list', '--limit', '7'],
  ['list', '--limit', '3', '--in', 'writing', '--at', 'v1'],
  ['search', 'parity', 'residue', 'kind'],
  ['search', 'c77', '--limit', '3', '--at', 'v1'],
  ['search', old.id.slice(0, 9)],
  ['search', 'zzz'],
  ['lint'],
  ['lint', '--at', 'v2'],
  ...['json', 'jsonl', 'paper', 'csv', 'markdown', 'prompt'].map((form) => ['export', '--format', form]),
  ['export', '--format', 'jsonl', '--at', 'HEAD~1'],
  ['diff'],
  ['diff', 'v1', 'v2'],
  ['diff', 'v3', 'v1'],
  ['diff', 'v1', 'working', '--markdown'],
  ['diff', 'v1', 'v1', '--exit-code'],
  ['log', '--patch'],
  ['show', old.id, '--at', 'v1'],
  ['show', later.id.slice(0, 14)],
  ['show', 'exp_nothing'],
  ['blame'],
  ['blame', later.id],
  ['blame', counted.id],
  ['blame', reworded.id.slice(0, 12)],
  ['blame', 'exp_nothing'],
  ['why', reworded.id],
  ['why', old.id, '--at', 'v1'],
  ['verify'],
  ['verify', '--at', 'v2'],
  ['verify', '--root', '00'.repeat(32)],
  ['fsck'],
  ['dedupe', '--dry-run'],
  ['prune', '--keep', '1040', '--dry-run'],
  ['prune', '--below', '0.2', '--dry-run'],
  ['merge', 'theirs', '--no-commit', '--dry-run'],
  ['merge', 'v1', '--base', 'v2', '--no-commit', '--dry-run'],
];

const keep = ['commit', '-m', 'Keep'];

describe('a library in shards', () => {
  it('is compared in two layouts', async () => {
    for (const layout of ['files', 'shards'])
      expect((await readHeader(diskFiles, join(home, layout, 'library')))?.layout).toBe(layout);
  });

  it.each(reading.map((words) => [words.join(' '), words] as const))(
    'says the same as one in files: %s',
    { timeout: 60_000 },
    async (_, words) => {
      const [small, large] = await inBoth(words);
      expect(large).toEqual(small);
      // SARIF names the files of records, which are other ones.
      const [smallJson, largeJson] = await inBoth([...words, '--json']);
      expect(largeJson).toEqual(smallJson);
    },
  );

  it.each([
    [['revert', 'v2', '--no-commit']],
    [['revert', 'v1', '--whole', '--no-commit']],
    [keep, ['revert', 'v2'], ['revert', 'v1', '--whole']],
    [
      keep,
      ['merge', 'theirs'],
      ['merge', 'theirs', '--theirs', '--dry-run'],
      ['merge', 'theirs', '--ours', '-m', 'Both'],
    ],
    [keep, ['merge', 'theirs', '--base', 'v1', '--theirs']],
    [keep, ['merge', 'v1', '--base', 'v3']],
    [['dedupe']],
    [
      ['import', '../vectors.json', '--embedding-model', 'e5'],
      ['import', '../vectors.jsonl', '--existing', 'refuse', '--embedding-model', 'e5'],
      ['import', '../vectors.jsonl', '--existing', 'update', '--embedding-model', 'e5'],
      ['import', '../vectors.csv', '--format', 'csv', '--dry-run'],
      ['export', '--format', 'paper'],
    ],
    [['prune', '--keep', '1040']],
    [['prune', '--keep', '20']],
    [
      ['remove', old.id, reworded.id],
      ['remove', reworded.id],
    ],
    [['edit', reworded.id, '--text', 'When a bound is asked for, name it before computing anything else.']],
    [['add', 'When a scene drags, cut its first line.', '--domain', 'writing'], keep],
  ])('changes as one in files does: %j', { timeout: 120_000 }, async (...commands) => {
    const copies = ['files-copy', 'shards-copy'] as const;
    for (const copy of copies) {
      await rm(join(home, copy), { recursive: true, force: true });
      await cp(join(home, copy.replace('-copy', '')), join(home, copy), { recursive: true });
    }
    const after = [['export', '--format', 'jsonl'], ['status'], ['log'], ['fsck']];
    for (const words of [...commands, ...after]) {
      const [small, large] = await inBoth(words, copies);
      expect(large).toEqual(small);
    }
  });
});
