import { describe, expect, it } from 'vitest';
import { ZooError, exitCode } from '../../../src/core/error.ts';
import { fromHex, toHex } from '../../../src/core/digest.ts';
import { randomFor } from '../../../src/core/random.ts';
import { certifyDifference } from '../../../src/core/tree/certify-difference.ts';
import { libraryRoots } from '../../../src/core/tree/library-roots.ts';
import { proveIds, renderProof } from '../../../src/core/tree/proof.ts';
import { verifyBytes } from '../../../src/app/ledger/proofs.ts';
import { checkpointOf, logRoot, renderCheckpoint } from '../../../src/ledger/proofs/checkpoint.ts';
import { renderNoteKey, signNote } from '../../../src/ledger/proofs/signed-note.ts';
import { publicKeyOf } from '../../../src/ledger/proofs/signing.ts';
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

const secret = sha256('key');
const algorithms = ['ed25519', 'secp256k1', 'ml-dsa-65'] as const;
const checkpoint = checkpointOf(log, sha256);
const { origin } = checkpoint;
const noteKey = { name: origin, algorithm: 'ed25519', publicKey: publicKeyOf('ed25519', secret) } as const;

/** Files as zoo writes them, with the roots that they are true for. */
const files = {
  presence: [bytesOf(renderProof(included)), { root: roots(after).records }],
  absence: [bytesOf(renderProof(absent)), { root: roots(after).map }],
  difference: [certifyDifference(before, after, sha256).bytes, { before: roots(before).map, after: roots(after).map }],
  history: [
    bytesOf(JSON.stringify(proveHistory(log, 5, sha256))),
    { before: `5:${toHex(logRoot(log.slice(0, 5), sha256))}`, after: `11:${toHex(logRoot(log, sha256))}` },
  ],
  checkpoint: [
    bytesOf(signNote(renderCheckpoint(checkpoint), origin, 'ed25519', secret, sha256)),
    { key: renderNoteKey(noteKey, sha256) },
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
  `${'['.repeat(9000)}${']'.repeat(9000)}`,
  `${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}`,
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
      default: {
        const piece = poison[pick(poison.length)] ?? '';
        const put = Array.from(bytesOf(piece.repeat(pick(3) === 0 && piece.length < 100 ? 200 : 1)));
        list = list.slice(0, place).concat(put, list.slice(place + pick(4)));
      }
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

it('a checkpoint is refused under a hostile key, whatever that holds', () => {
  const [bytes] = files.checkpoint;
  for (const algorithm of algorithms)
    for (const length of [0, 1, 31, 32, 33, 64, 65, 1952, 3000])
      for (const fill of [0, 1, 2, 4, 255]) {
        const key = renderNoteKey({ name: origin, algorithm, publicKey: new Uint8Array(length).fill(fill) }, sha256);
        // A signature line that names this key, so that it comes to be used.
        const line = `— ${origin} ${Buffer.from([...keyHashOf(key), ...new Uint8Array(64)]).toString('base64')}\n`;
        expect(() => verifyBytes(bytes, { key })).toThrow(ZooError);
        expect(() => verifyBytes(Uint8Array.from([...bytes, ...bytesOf(line)]), { key })).toThrow(ZooError);
      }
  for (let seed = 0; seed < 500; seed++) {
    const key = new TextDecoder().decode(mutate(bytesOf(files.checkpoint[1].key), seed));
    if (key !== files.checkpoint[1].key) expect(() => verifyBytes(bytes, { key })).toThrow(ZooError);
  }
});

function keyHashOf(key: string): Uint8Array {
  return fromHex(key.split('+')[1] ?? '');
}

it('roots that are none, or are not given, are wrong usage', () => {
  const [bytes] = files.difference;
  expect(() => verifyBytes(bytes, {})).toThrow(expect.objectContaining({ exitCode: exitCode.usage }));
  expect(() => verifyBytes(bytes, { before: 'x', after: 'y' })).toThrow(
    expect.objectContaining({ code: 'invalid-root' }),
  );
  expect(() => verifyBytes(bytesOf('{}'), {})).toThrow(expect.objectContaining({ exitCode: exitCode.usage }));
});
