import { toHex } from '../../../src/core/digest.ts';
import type { Experience } from '../../../src/core/library/experience.ts';
import type { Library } from '../../../src/core/library/library.ts';
import { rawCid } from '../../../src/core/tree/cid.ts';
import type { Commit } from '../../../src/core/tree/commit.ts';
import { libraryRoots } from '../../../src/core/tree/library-roots.ts';
import { encodePack } from '../../../src/ledger/pack.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { exampleExperience, exampleLibrary } from '../experience.ts';

export const unusual = exampleExperience(3, {
  id: 'G0:x',
  text: 'When “quotes”, €, 😀 or a\\b come up, keep them as they are.',
  confidence: 0.1 + 0.2,
  examples: [{ input: 'line\none\ttab', output: 'דּ/"'.normalize('NFC') }],
  lineage: ['exp_1'],
  evidence: [{ run: 'r', step: 2, group: 'p', rollouts: ['d1', 'd2'], model: 'm', prompt_hash: 'h' }],
  embedding: { model: 'hashed', dim: 2, dtype: 'f32', sha256: '00'.repeat(32) },
});
export const sets: readonly (readonly Experience[])[] = [
  [],
  exampleLibrary(1).experiences,
  [unusual, exampleExperience(1)],
  exampleLibrary(3).experiences,
  [...exampleLibrary(12).experiences, unusual],
];
export const whole: Library = { experiences: sets.at(-1) ?? [] };
export const [one, two] = whole.experiences as [Experience, Experience];
export const changed: Library = {
  experiences: [
    ...whole.experiences.slice(2, 9),
    exampleExperience(9, { confidence: 1 }),
    ...exampleLibrary(2, 40).experiences,
  ],
};
export const roots = libraryRoots(sha256, whole.experiences);
export const pack = encodePack(
  { complete: true, puts: exampleLibrary(2).experiences, deletes: [], order: undefined },
  null,
);
export const commit: Commit = {
  v: 1,
  seq: 1,
  parents: [],
  size: roots.size,
  recordsRoot: toHex(roots.recordsRoot),
  mapRoot: toHex(roots.mapRoot),
  packCid: rawCid(sha256(pack)),
  author: 'Ada Lovelace',
  time: '2026-01-02T03:04:05.000Z',
  message: 'Begin with “twelve”',
  evidence: { run: 'r1', usd: 0.25, steps: [1, 2] },
};
