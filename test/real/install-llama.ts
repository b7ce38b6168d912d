/**
 * Installs node-llama-cpp, only its parts for the CPU, outside the repository and prints the folder, which zoo finds
 * through ZOO_LLAMA_MODULE:
 *
 *     node test/real/install-llama.ts
 */
import { existsSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { testedVersion } from '../../src/world/model/llama/library.ts';
import { cacheFolder } from './cache.ts';
import { execute, tail } from './execute.ts';
import { Skipped } from './skipped.ts';

/** Where node-llama-cpp is for tests, or undefined when it was not installed yet. */
export function findLlama(): string | undefined {
  const given = process.env['ZOO_LLAMA_MODULE'];
  if (given !== undefined && given !== '') return given;
  const folder = llamaFolder();
  return existsSync(join(folder, 'node_modules', 'node-llama-cpp', 'package.json')) ? folder : undefined;
}

/** The folder that holds it, installed when it is not there yet. @throws Skipped where the registry cannot be used */
export function installLlama(): string {
  const found = findLlama();
  if (found !== undefined) return found;
  const folder = llamaFolder();
  const binary = `@node-llama-cpp/${platform()}-${arch()}@${testedVersion}`;
  const done = execute('npm', [
    'install',
    '--prefix',
    folder,
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    '--fetch-retries=1',
    // The binary comes in a package of its own, so neither GPU packages nor a build script are needed.
    '--omit=optional',
    '--ignore-scripts',
    `node-llama-cpp@${testedVersion}`,
    binary,
  ]);
  if (done.code !== 0) throw new Skipped(`node-llama-cpp ${testedVersion} cannot be installed: ${tail(done.stderr)}`);
  return folder;
}

function llamaFolder(): string {
  return cacheFolder(`node-llama-cpp-${testedVersion}`);
}

if (import.meta.main) {
  try {
    console.log(installLlama());
  } catch (thrown) {
    if (!(thrown instanceof Skipped)) throw thrown;
    console.error(`skipped: ${thrown.message}`);
    process.exit(1);
  }
}
