import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from './datasets.ts';

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
}

/** Runs the command line as a user does. What it says on stderr is shown as it comes. */
export async function zoo(
  parameters: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<Ran> {
  console.log(`$ zoo ${parameters.map(quoted).join(' ')}`);
  const child = spawn(process.execPath, [join(projectFolder, 'bin', 'zoo.js'), ...parameters], {
    cwd: folder,
    env: { ...cleanEnvironment(), ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, stdout };
}

/** Compiles zoo, so that bin/zoo.js runs what the working folder holds. */
export function buildZoo(): void {
  const compiler = join(projectFolder, 'node_modules', 'typescript', 'bin', 'tsc');
  spawnSync(process.execPath, [compiler, '-p', join(projectFolder, 'tsconfig.build.json')], { stdio: 'inherit' });
  if (!existsSync(join(projectFolder, 'dist', 'cli', 'main.js'))) throw new Error('zoo cannot be compiled');
}

/** Without the settings and keys of whoever runs the test. */
function cleanEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(ZOO_|OPENAI_|HF_|OLLAMA_)/.test(name)));
}

function quoted(parameter: string): string {
  return /^[\w./:=@,-]+$/.test(parameter) ? parameter : `'${parameter}'`;
}
