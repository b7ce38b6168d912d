import { describe, expect, it } from 'vitest';
import { ZooError, exitCode } from '../../../src/core/error.ts';
import { toHex } from '../../../src/core/digest.ts';
import { randomFor } from '../../../src/core/random.ts';
import { certifyDifference } from '../../../src/core/tree/certify-difference.ts';
import { libraryRoots } from '../../../src/core/tree/library-roots.ts';
import { proveIds, renderProof } from '../../../src/core/tree/proof.ts';
import { verifyBytes } from '../../../src/app/ledger/proofs.ts';
import { logRoot } from '../../../src/ledger/proofs/checkpoint.ts';
import { proveHistory } from '../../../src/ledger/proofs/consistency.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { exampleLibrary } from '../../ledger/experience.ts';

const before = exampleLibrary(40);
const after = { experiences: [...before.experiences.slice(3), ...exampleLibrary(4, 100).experiences] };
const roots = (library: typeof before) => {
  const { recordsRoot, mapRoot } = libraryRoots(sha256, library.experiences);
  return { records: toHex(recordsRoot), map: toHex(mapRoot) };
};
const log = Array.from({ length: 11 }, (_, index) => toHex(sha256(`commit ${index}`)));
const bytesOf = (text: string) => new TextEncoder().encode(text);

const included = proveIds(
  after,
  after.experiences.slice(0, 3).map(({ id }) => id),
  null,
  sha256,
);
const absent = proveIds(after, ['exp_nothere', before.experiences[0]?.id ?? ''], null, sha256);

/** Files as zoo writes them, with the roots that they are true for. */
const files = {
  presence: [bytesOf(renderProof(included)), { root: roots(after).records }],
  absence: [bytesOf(renderProof(absent)), { root: roots(after).map }],
  difference: [certifyDifference(before, after, sha256).bytes, { before: roots(before).map, after: roots(after).map }],
  history: [
    bytesOf(JSON.stringify(proveHistory(log, 5, sha256))),
    { before: `5:${toHex(logRoot(log.slice(0, 5), sha256))}`, after: `11:${toHex(logRoot(log, sha256))}` },
  ],
} as const;

const poison = [
  '[',
  '{"a":',
  '1e999',
  '9007199254740993',
  '"\\ud800"',
  '"id":"x","id":"y"',
  '\u0000',
  '../../x',
  '-',
  'null',
  '00',
  'ff',
];

/** One to three changes of a file: bits, cuts, doubled parts, text that breaks parsers. */
function mutate(bytes: Uint8Array, seed: number): Uint8Array {
  const random = randomFor(seed, 'hostile');
  const pick = (below: number) => Math.floor(random() * below);
  let list = Array.from(bytes);
  for (let round = pick(3); round >= 0; round--) {
    const place = pick(list.length + 1);
    switch (pick(5)) {
      case 0:
        list[place % Math.max(1, list.length)] = (list[place % Math.max(1, list.length)] ?? 0) ^ (1 << pick(8));
        break;
      case 1:
        list = list.slice(0, place);
        break;
      case 2:
        list.splice(place, pick(40));
        break;
      case 3:
        list.splice(place, 0, ...list.slice(pick(list.length + 1)).slice(0, 64));
        break;
      default:
        list.splice(place, pick(4), ...bytesOf((poison[pick(poison.length)] ?? '').repeat(pick(3) === 0 ? 200 : 1)));
    }
  }
  return Uint8Array.from(list);
}

describe.each(Object.entries(files))('a hostile %s', (kind, [bytes, trusted]) => {
  const truth = verifyBytes(bytes, trusted);

  it('says what is true or is refused, 2,500 times', () => {
    for (let seed = 0; seed < 2500; seed++) {
      const mutated = mutate(bytes, seed);
      try {
        // White space and the order of keys in JSON may differ; what is said may not.
        const verified = verifyBytes(mutated, trusted);
        const subset = { ...truth, ...verified };
        expect(verified.kind).toBe(truth.kind);
        if (verified.kind === 'proof' && truth.kind === 'proof') {
          for (const one of verified.included) expect(truth.included).toContainEqual(one);
          for (const id of verified.absent) expect(after.experiences.some((one) => one.id === id)).toBe(false);
        } else expect(subset).toEqual(truth);
      } catch (thrown) {
        if (!(thrown instanceof ZooError)) throw thrown;
        expect([exitCode.verification, exitCode.usage]).toContain(thrown.exitCode);
      }
    }
  });

  it('is refused under any other root', () => {
    const other = toHex(sha256('another library'));
    for (const name of Object.keys(trusted))
      expect(() =>
        verifyBytes(bytes, { ...trusted, [name]: name === 'root' || kind !== 'history' ? other : `5:${other}` }),
      ).toThrow(ZooError);
  });
});

it('roots that are none, or are not given, are wrong usage', () => {
  const [bytes] = files.difference;
  expect(() => verifyBytes(bytes, {})).toThrow(expect.objectContaining({ exitCode: exitCode.usage }));
  expect(() => verifyBytes(bytes, { before: 'x', after: 'y' })).toThrow(
    expect.objectContaining({ code: 'invalid-root' }),
  );
  expect(() => verifyBytes(bytesOf('{}'), {})).toThrow(expect.objectContaining({ exitCode: exitCode.usage }));
});
