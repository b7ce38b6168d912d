import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const projectFolder = fileURLToPath(new URL('../../', import.meta.url));
export const zooPath = join(projectFolder, 'bin/zoo.js');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Words for Node itself, before the program. */
  readonly node?: readonly string[];
}

/** A fresh folder; `remove` takes it away. */
export function makeFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'zoo-e2e-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Starts the built program as a user does, with nothing of this process's environment that could configure it. */
export function startZoo(
  words: readonly string[],
  options: RunOptions,
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const child = spawn(process.execPath, [...(options.node ?? []), zooPath, ...words], {
    cwd: options.folder,
    env: { PATH: process.env['PATH'], HOME: options.folder, ...options.environment },
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.end();
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
    });
  });
  return { child, ended };
}

export function runZoo(words: readonly string[], options: RunOptions): Promise<Ended> {
  return startZoo(words, options).ended;
}

/** Resolves when the program has written a text to stderr. */
export function whenSaid(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes(text)) resolve();
    });
    child.once('close', () => reject(new Error(`it ended without saying "${text}": ${said}`)));
  });
}

const cache = join(projectFolder, 'node_modules/.cache/zoo-e2e');
const lock = join(cache, 'lock');
/** Its time is when the last whole build began. */
const stamp = join(cache, 'built');

/** Builds dist/ when it is older than the sources; test files that do so at once wait for one another. */
export async function ensureBuilt(): Promise<void> {
  mkdirSync(cache, { recursive: true });
  while (!isFresh()) {
    if (takeLock()) {
      try {
        build();
      } finally {
        rmSync(lock, { force: true });
      }
    }
    await setTimeout(50);
  }
}

function build(): void {
  if (isFresh()) return;
  const began = new Date();
  const tsc = join(projectFolder, 'node_modules/.bin/tsc');
  const { status, stdout } = spawnSync(tsc, ['-p', 'tsconfig.build.json'], { cwd: projectFolder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the build failed:\n${stdout}`);
  writeFileSync(stamp, '');
  utimesSync(stamp, began, began);
}

function takeLock(): boolean {
  try {
    closeSync(openSync(lock, 'wx'));
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown;
    // Somebody builds, or was killed while it did.
    const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
    if (since !== undefined && Date.now() - since > 60_000) rmSync(lock, { force: true });
    return false;
  }
}

function isFresh(): boolean {
  const built = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs;
  return built !== undefined && existsSync(join(projectFolder, 'dist/cli/main.js')) && built >= newestSource();
}

function newestSource(): number {
  const folder = join(projectFolder, 'src');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name));
  // A file may be gone by now: the test of the layers plants some for a moment.
  return Math.max(...sources.map((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0));
}
