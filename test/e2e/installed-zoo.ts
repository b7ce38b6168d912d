import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const repository = fileURLToPath(new URL('../../', import.meta.url));

/** The program as it is installed, compiled from the present source into a folder of its own. */
export interface InstalledZoo {
  /** A new empty folder to work in. */
  workFolder(name: string): Promise<string>;
  start(folder: string, args: readonly string[], environment?: Readonly<Record<string, string>>): RunningZoo;
  remove(): Promise<void>;
}

interface RunningZoo {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export async function installZoo(): Promise<InstalledZoo> {
  const root = await mkdtemp(join(tmpdir(), 'zoo-e2e-'));
  const program = join(root, 'program');
  await mkdir(program);
  for (const name of ['prompts', 'datasets', 'package.json', 'node_modules'])
    await symlink(join(repository, name), join(program, name));
  // Copied, since its import of ../dist goes by where it really lies.
  await mkdir(join(program, 'bin'));
  await promisify(execFile)('cp', [join(repository, 'bin/zoo.js'), join(program, 'bin')]);
  const compiler = join(repository, 'node_modules/typescript/bin/tsc');
  await promisify(execFile)(process.execPath, [
    compiler,
    '-p',
    join(repository, 'tsconfig.build.json'),
    '--outDir',
    join(program, 'dist'),
    '--declaration',
    'false',
  ]);
  return {
    workFolder: async (name) => {
      const folder = join(root, name);
      await mkdir(folder, { recursive: true });
      return folder;
    },
    start: (folder, args, environment = {}) => {
      const child = spawn(process.execPath, [join(program, 'bin/zoo.js'), ...args], {
        cwd: folder,
        // Nothing of the machine's own configuration, but the compile cache, since most of a short life is start-up.
        env: {
          PATH: process.env['PATH'],
          HOME: root,
          NODE_COMPILE_CACHE: join(root, 'compile-cache'),
          NO_COLOR: '1',
          ...environment,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      return { child, ended: gather(child) };
    },
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

function gather(child: ChildProcess): Promise<Ended> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => void (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => void (stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** Every file of a folder by its path within it. */
export async function readFolder(folder: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(folder.length + 1), await readFile(path, 'latin1'));
  }
  return new Map([...files].sort(([one], [other]) => (one < other ? -1 : 1)));
}
