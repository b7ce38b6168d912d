import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZooError } from '../../src/core/error.ts';
import { lintLibrary } from '../../src/core/library/lint.ts';
import { commitWorking } from '../../src/ledger/commit-working.ts';
import { importLines } from '../../src/ledger/forms/import-lines.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { importForms, parseLibrary } from '../../src/ledger/forms/parse-library.ts';
import { renderLibrary } from '../../src/ledger/forms/render-library.ts';
import { systemClock } from '../../src/world/clock/system.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { type MemoryFiles, memoryFiles } from '../fakes/files.ts';
import { exampleLibrary } from './experience.ts';
import { certify, prove } from './in-shards.ts';

const defaults = { domain: 'general', createdAt: '2026-01-01T00:00:00Z', createdBy: 'me', embeddingModel: 'unknown' };
const library = exampleLibrary(3);

/** How many hostile inputs a library is given; ten times as many are parsed. */
const runs = Number(process.env['ZOO_FUZZ_RUNS'] ?? 1000);

describe('hostile files', { timeout: 120_000 }, () => {
  const whole = renderLibrary(library, 'json', sha256);
  const pieces = [
    '"id":"x","id":"y"',
    '1e999',
    '9007199254740993',
    '"\\ud800"',
    '[[[[',
    '{"a":',
    '\u0000',
    '"__proto__":{}',
    '../../etc/passwd',
    '-',
    '}',
    '\\',
    'null',
  ];
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.json({ maxDepth: 8 }),
    fc
      .tuple(fc.nat(whole.length), fc.nat(60), fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 20 })))
      .map(([place, cut, put]) => whole.slice(0, place) + put + whole.slice(place + cut)),
    fc.nat(whole.length).map((length) => whole.slice(0, length)),
    fc
      .tuple(fc.integer({ min: 1, max: 5000 }), fc.constantFrom('[', '{"a":'))
      .map(([depth, open]) => open.repeat(depth)),
  );

  it('give a typed error or a library that lint reads, whatever they hold', () => {
    fc.assert(
      fc.property(hostile, fc.constantFrom(...importForms), (text, form) => {
        try {
          const { experiences } = parseLibrary(text, form, 'the file', defaults, sha256);
          lintLibrary({ experiences });
          for (const { id } of experiences) expect(id).toMatch(/^[A-Za-z0-9_.:-]{1,64}$/);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(ZooError);
        }
      }),
      { numRuns: 10 * runs },
    );
  });

  it('do not change a library that they are put into', async () => {
    const files = memoryFiles();
    const ledger = openLedger({ files, sha256, clock: systemClock, folder: 'library' });
    await ledger.commitVersion(exampleLibrary(2), { message: '', author: 'zoo' });
    const before = files.steps;
    const paths = Array.from(files.contents.keys()).filter((path) => /records|commits|log|library\.json/.test(path));
    await fc.assert(
      fc.asyncProperty(hostile, fc.constantFrom(...paths), async (text, path) => {
        const kept = files.contents.get(path) as Uint8Array;
        files.set(path, text);
        for (const act of [() => ledger.library(), () => ledger.history(), () => ledger.readVersion('v1')])
          try {
            await act();
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(ZooError);
          }
        files.set(path, kept);
      }),
      { numRuns: Math.ceil(runs / 4) },
    );
    expect(files.steps).toBe(before);
    expect(await ledger.library()).toEqual(exampleLibrary(2));
  });

  describe('and a library in shards', () => {
    const many = exampleLibrary(2010);
    const request = { path: 'lines', defaults, existing: 'update', replace: false, dryRun: false } as const;
    const take = (files: MemoryFiles) =>
      importLines(files, openIn(files), { ...request, keepVectors: () => Promise.resolve() }, sha256);
    const contentOf = (files: MemoryFiles, path: string) => files.contents.get(path) as Uint8Array;
    const openIn = (files: MemoryFiles) => openLedger({ files, sha256, clock: systemClock, folder: 'library' });

    async function inShards(): Promise<MemoryFiles> {
      const files = memoryFiles();
      files.set('lines', renderLibrary(many, 'jsonl', sha256));
      await take(files);
      await commitWorking(files, systemClock, openIn(files), { message: '', author: 'zoo' }, sha256);
      await openIn(files).save({ experiences: many.experiences.slice(1) });
      await commitWorking(files, systemClock, openIn(files), { message: '', author: 'zoo' }, sha256);
      return files;
    }

    it('takes all of their lines, or none and says why', async () => {
      const files = await inShards();
      const whole = renderLibrary(library, 'jsonl', sha256);
      const lines = fc
        .tuple(fc.nat(whole.length), fc.nat(30), fc.oneof(fc.constantFrom(...pieces), hostile))
        .map(([place, cut, put]) => whole.slice(0, place) + put + whole.slice(place + cut));
      let refused = 0;
      await fc.assert(
        fc.asyncProperty(lines, async (text) => {
          const before = new Map(files.contents);
          files.set('lines', text);
          before.set('lines', files.contents.get('lines') as Uint8Array);
          try {
            await take(files);
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(ZooError);
            expect([...files.contents.keys()]).toEqual([...before.keys()]);
            const changed = [...before].filter(([path, bytes]) => !Buffer.from(bytes).equals(contentOf(files, path)));
            expect(changed).toEqual([]);
            refused++;
          }
        }),
        { numRuns: Math.ceil(runs / 10) },
      );
      expect(refused).toBeGreaterThan(runs / 40);
    });

    it('has no index that could be damaged so that something else comes out', async () => {
      const files = await inShards();
      const ids = [many.experiences[5]?.id ?? '', 'exp_nothere'];
      const results = async () => {
        const ledger = openIn(files);
        const certificate = await certify(files, ledger, 'v1', 'v2', sha256);
        return [await ledger.state(), certificate, await prove(files, ledger, ids, 'v2', sha256)];
      };
      const expected = await results();
      const indexes = Array.from(files.contents).filter(([path]) => path.includes('/.zoo/index/'));
      const interesting = indexes.filter(([path]) => !path.endsWith('.part')).concat(indexes.slice(0, 4));
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...interesting),
          fc.nat(),
          fc.nat(255),
          fc.option(fc.nat()),
          async ([path, bytes], place, byte, cut) => {
            const damaged = bytes.with(place % bytes.length, byte);
            files.set(path, cut === null ? damaged : damaged.slice(0, cut % bytes.length));
            expect(await results()).toEqual(expected);
            files.set(path, bytes);
          },
        ),
        { numRuns: Math.ceil(runs / 40) },
      );
    });
  });
});
