import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Measured {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Start-up included. */
  readonly seconds: number;
  /** The most memory that was resident, in 10^6 bytes. */
  readonly megabytes: number;
}

/** Runs a program of Node in a process of its own. @param words its file, then its arguments */
export async function runMeasured(
  words: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'zoo-peak-'));
  const peak = join(folder, 'bytes');
  try {
    const started = performance.now();
    const child = spawn(process.execPath, ['--import', join(import.meta.dirname, 'tell-peak.mjs'), ...words], {
      cwd,
      env: { ...process.env, ...environment, ZOO_PEAK: peak },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const [code] = (await once(child, 'close')) as [number];
    const seconds = (performance.now() - started) / 1000;
    return { code, stdout, stderr, seconds, megabytes: Number(readFileSync(peak, 'utf8')) / 1e6 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
