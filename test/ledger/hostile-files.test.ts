import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZooError } from '../../src/core/error.ts';
import { lintLibrary } from '../../src/core/library/lint.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { importForms, parseLibrary } from '../../src/ledger/parse-library.ts';
import { renderLibrary } from '../../src/ledger/render-library.ts';
import { systemClock } from '../../src/world/clock/system.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { memoryFiles } from '../fakes/files.ts';
import { exampleLibrary } from './experience.ts';

const defaults = { domain: 'general', createdAt: '2026-01-01T00:00:00Z', createdBy: 'me', embeddingModel: 'unknown' };
const library = exampleLibrary(3);

/** How many hostile inputs; 10,000 with `ZOO_FUZZ_RUNS=10000`. */
const runs = Number(process.env['ZOO_FUZZ_RUNS'] ?? 1000);

describe('hostile files', () => {
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
      { numRuns: runs },
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
});
