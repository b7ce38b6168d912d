/**
 * The test on a real model behind a third party's server: installs llama-cpp-python with its OpenAI-compatible server
 * from source, outside the repository, serves SmolLM2-135M-Instruct on loopback and trains over AIME24 problems against
 * it, over HTTP.
 *
 *     node test/real/openai-server.ts
 *
 * The first time takes long: pip compiles llama.cpp (about ten minutes on one core).
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { cacheFolder } from './cache.ts';
import { Checks } from './checks.ts';
import { datasetsFolder } from './datasets.ts';
import { execute, tail } from './execute.ts';
import { fetchModel } from './fetch-model.ts';
import { Skipped } from './skipped.ts';
import { trainForReal } from './train.ts';
import { buildZoo } from './zoo.ts';

const requirement = 'llama-cpp-python[server]==0.3.36';
const alias = 'smollm2-135m-instruct';

const checks = new Checks();
try {
  datasetsFolder();
  const model = await fetchModel();
  const python = installServer();
  buildZoo();
  const { url, stop } = await startServer(python, model);
  try {
    await trainForReal(
      { endpoint: ['--provider', 'openai', '--base-url', url, '--model', alias], environment: {} },
      checks,
    );
  } finally {
    await stop();
  }
} catch (thrown) {
  if (!(thrown instanceof Skipped)) throw thrown;
  checks.skip(thrown.message);
}
process.exitCode = checks.end();

/** The Python of a virtual environment that has the server. @throws Skipped where it cannot be made */
function installServer(): string {
  const folder = cacheFolder('llama-cpp-python-0.3.36');
  const python = join(folder, 'bin', 'python');
  if (existsSync(python) && execute(python, ['-c', 'import llama_cpp.server.app']).code === 0) return python;
  const made = execute('python3', ['-m', 'venv', folder]);
  if (made.code !== 0) throw new Skipped(`python3 -m venv does not work here: ${tail(made.stdout + made.stderr)}`);
  console.log(`$ pip install '${requirement}'`);
  const started = performance.now();
  const done = spawnSync(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', requirement], {
    // One compiler at a time: some of its files need a gigabyte each.
    env: { ...process.env, CMAKE_BUILD_PARALLEL_LEVEL: '1' },
    stdio: 'inherit',
  });
  if (done.status !== 0) throw new Skipped(`pip cannot install ${requirement}; what it said stands above`);
  console.log(`installed in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  return python;
}

interface Serving {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

async function startServer(python: string, model: string): Promise<Serving> {
  const port = await freePort();
  const parameters = ['-m', 'llama_cpp.server', '--model', model, '--model_alias', alias];
  const limits = ['--host', '127.0.0.1', '--port', String(port), '--n_ctx', '4096', '--n_threads', '1'];
  // Otherwise it breaks off a completion as soon as another request comes.
  const patience = ['--interrupt_requests', 'False'];
  const child = spawn(python, [...parameters, ...limits, ...patience], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said = `${said}${text}`.slice(-4000)));
  const url = `http://127.0.0.1:${port}/v1`;
  try {
    await untilItAnswers(`${url}/models`, child);
  } catch (cause) {
    child.kill('SIGKILL');
    throw new Error(`The server does not start: ${tail(said, 10)}`, { cause });
  }
  console.log(`llama-cpp-python serves at ${url}`);
  return { url, stop: () => end(child) };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

async function untilItAnswers(url: string, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 240; attempt++) {
    if (child.exitCode !== null) throw new Error(`it ended with code ${child.exitCode}`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok === true) return;
    await setTimeout(500);
  }
  throw new Error('it did not answer within two minutes');
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGKILL');
  await gone;
}
