import { cp, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Experience } from '../../../src/core/library/experience.ts';
import { commitWorking } from '../../../src/ledger/commit-working.ts';
import { openLedger } from '../../../src/ledger/open-ledger.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { diskFiles } from '../../../src/world/files/disk.ts';
import { exampleExperience } from '../../ledger/experience.ts';
import { runLedger } from './run-ledger.ts';

/** The same library in both layouts, with the same history, to be asked the same things. */

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
export const counted = first[31] as Experience;
export const old = first[42] as Experience;
export const reworded = exampleExperience(90_001, { domain: old.domain, lineage: [old.id] });
const fresh = exampleExperience(90_002, { domain: 'code' });
const second = first
  .filter(({ id }) => id !== gone.id)
  .map((one) => {
    if (one.id === old.id) return reworded;
    return one.id === counted.id ? { ...one, metadata: { ...one.metadata, usage_count: 99 } } : one;
  })
  .concat(fresh);
export const later = exampleExperience(90_003, { lineage: [fresh.id], domain: 'code' });
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

/** Makes a folder with `files/library`, `shards/library`, and beside each what somebody else made of its first version. */
export async function makeBothLayouts(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'zoo-large-'));
  await writeVectors(home);
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
  return home;
}

/** Records that bring numbers along, 32-bit ones and others. */
async function writeVectors(home: string): Promise<void> {
  const records = [first[3] as Experience, exampleExperience(90_010), exampleExperience(90_011)].map((one, index) => ({
    ...one,
    confidence: 0.25,
    embedding: Array.from({ length: 8 }, (_, at) => (index === 1 ? (at + 1) / 4 : Math.sqrt(at + index))),
  }));
  await writeFile(join(home, 'vectors.json'), JSON.stringify({ experiences: records.slice(1) }, null, 2));
  await writeFile(join(home, 'vectors.jsonl'), records.map((one) => JSON.stringify(one)).join('\n'));
  await writeFile(join(home, 'vectors.csv'), 'text,domain\n"When a, b is asked,\ndo c.",code\n');
}

/** What a command says of the library in each layout; commits have other packs, and so other ids. */
export async function inBoth(
  home: string,
  words: readonly string[],
  folders: readonly [string, string] = ['files', 'shards'],
) {
  const said: (Awaited<ReturnType<typeof runLedger>> & { readonly commits: number })[] = [];
  for (const folder of folders) {
    const path = join(home, folder);
    const { code, stdout, stderr } = await runLedger(path, words);
    const ledger = openLedger({ files: diskFiles, sha256, clock, folder: join(path, 'library') });
    const history = await ledger.history();
    const known = history.flatMap(({ id, commit }) => [id, commit.packCid]);
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
