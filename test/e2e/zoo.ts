import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
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

/** Builds dist/ when it is older than the sources; test files that do so at once wait for one another. */
export async function ensureBuilt(): Promise<void> {
  const lock = join(projectFolder, 'node_modules/.cache/zoo-build.lock');
  mkdirSync(join(lock, '..'), { recursive: true });
  for (;;) {
    if (isFresh()) return;
    try {
      closeSync(openSync(lock, 'wx'));
      break;
    } catch {
      // Somebody builds, or was killed while it did.
      if (existsSync(lock) && Date.now() - statSync(lock).mtimeMs > 60_000) rmSync(lock, { force: true });
      await setTimeout(100);
    }
  }
  try {
    if (isFresh()) return;
    const tsc = join(projectFolder, 'node_modules/.bin/tsc');
    const { status, stdout } = spawnSync(tsc, ['-p', 'tsconfig.build.json'], { cwd: projectFolder, encoding: 'utf8' });
    if (status !== 0) throw new Error(`the build failed:\n${stdout}`);
  } finally {
    rmSync(lock, { force: true });
  }
}

function isFresh(): boolean {
  const built = join(projectFolder, 'dist/cli/main.js');
  // The build writes every file anew.
  return existsSync(built) && statSync(built).mtimeMs >= newest(join(projectFolder, 'src'));
}

function newest(folder: string): number {
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name));
  return Math.max(...sources.map((name) => statSync(join(folder, name)).mtimeMs));
}
