/*
 * Runs forge with the configuration of this repository: node contracts/script/forge.mjs test --match-contract VaultTest
 * Takes the binary that FORGE names, or the one on the PATH, or that of npm (docs/decisions/0020-forge-outside-the-lock-file.md).
 * Where there is none for the platform it says so and ends well, unless ZOO_REQUIRE_FORGE is set.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const version = '1.7.1';
const architectures = { x64: 'amd64', arm64: 'arm64' };
const systems = { linux: 'linux', darwin: 'darwin', win32: 'win32' };

/** @returns {{ path: string } | { missing: string }} */
export function findForge() {
  const named = process.env.FORGE;
  if (named) return existsSync(named) ? { path: named } : { missing: `FORGE names ${named}, which is not there` };
  if (answers('forge')) return { path: 'forge' };
  return installForge();
}

function installForge() {
  const system = systems[process.platform];
  const architecture = architectures[process.arch];
  if (!system || !architecture) return { missing: `there is no forge for ${process.platform} ${process.arch}` };
  const name = `@foundry-rs/forge-${system}-${architecture}`;
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'zoo', `forge-${version}`);
  const path = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'forge.exe' : 'forge');
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true });
    const options = ['--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts'];
    const installed = spawnSync('npm', ['install', ...options, `${name}@${version}`], {
      cwd: folder,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    const why = installed.error?.message ?? installed.stderr?.trim().split('\n')[0];
    if (installed.status !== 0) return { missing: `npm could not install ${name}@${version}: ${why}` };
  }
  return answers(path) ? { path } : { missing: `${path} does not run on this machine` };
}

function answers(path) {
  return spawnSync(path, ['--version'], { stdio: 'ignore' }).status === 0;
}

/** @param {string[]} words @param {import('node:child_process').SpawnSyncOptions} options */
export function runForge(words, options = {}) {
  const found = findForge();
  if ('missing' in found) return found;
  const [command, ...rest] = words;
  const env = {
    ...process.env,
    FOUNDRY_CONFIG: 'contracts/foundry.toml',
    // The compiler is an npm package that runs in the same Node.
    PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}`,
    ...options.env,
  };
  const done = spawnSync(found.path, [command, '--root', '.', ...rest], {
    stdio: 'inherit',
    ...options,
    cwd: root,
    env,
  });
  return { status: done.status ?? 1, stdout: String(done.stdout ?? ''), stderr: String(done.stderr ?? '') };
}

/** Ends the process where forge is missing: well, but for those who must have it. */
export function skip(why) {
  process.stderr.write(`Skipped: ${why}.\nInstall Foundry (https://getfoundry.sh) or set FORGE to a forge binary.\n`);
  process.exit(process.env.ZOO_REQUIRE_FORGE ? 1 : 0);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const done = runForge(process.argv.slice(2));
  if ('missing' in done) skip(done.missing);
  process.exit(done.status);
}
