import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const version = '1.7.1';
const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };
const systems: Readonly<Record<string, string>> = { linux: 'linux', darwin: 'darwin', win32: 'win32' };

export type FoundCast = { readonly path: string } | { readonly missing: string };

/**
 * The real cast: the one that CAST names, the one on the PATH, or that of npm, which is kept outside of the lock file
 * as forge is (docs/decisions/0020).
 */
export function findCast(): FoundCast {
  const named = process.env['CAST'];
  if (named !== undefined && named !== '')
    return existsSync(named) ? { path: named } : { missing: `CAST names ${named}, which is not there` };
  return answers('cast') ? { path: 'cast' } : installCast();
}

function installCast(): FoundCast {
  const [system, architecture] = [systems[process.platform], architectures[process.arch]];
  if (system === undefined || architecture === undefined)
    return { missing: `there is no cast for ${process.platform} ${process.arch}` };
  const name = `@foundry-rs/cast-${system}-${architecture}`;
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'zoo', `cast-${version}`);
  const path = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'cast.exe' : 'cast');
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true });
    const options = ['--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts'];
    const { status, error, stderr } = spawnSync('npm', ['install', ...options, `${name}@${version}`], {
      cwd: folder,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    const why = error?.message ?? stderr?.trim().split('\n')[0] ?? '';
    if (status !== 0) return { missing: `npm could not install ${name}@${version}: ${why}` };
  }
  return answers(path) ? { path } : { missing: `${path} does not run on this machine` };
}

function answers(path: string): boolean {
  return spawnSync(path, ['--version'], { stdio: 'ignore' }).status === 0;
}
