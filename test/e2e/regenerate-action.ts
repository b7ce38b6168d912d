import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

/** A step of a composite action, as far as it is of use here. */
interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly uses?: string;
  readonly if?: string;
  readonly shell?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string; readonly required?: boolean }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What GitHub tells an action. */
export interface Context {
  readonly inputs: Readonly<Record<string, string>>;
  readonly github: Readonly<Record<string, string>>;
}

export async function readAction(folder: string): Promise<Action> {
  return parse(await readFile(join(folder, 'action.yml'), 'utf8')) as Action;
}

/**
 * Runs the steps of an action that are scripts, as GitHub does: one bash each, expressions filled into their environment
 * and nowhere else, what they write to `$GITHUB_OUTPUT` known to later ones, nothing more after one that failed.
 *
 * @param environment what every step sees; `GITHUB_OUTPUT` and `RUNNER_TEMP` must name a file and a folder
 */
export async function runAction(
  action: Action,
  { inputs, github }: Context,
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<Ended & { readonly outputs: Readonly<Record<string, string>>; readonly ran: readonly string[] }> {
  const defaults = Object.entries(action.inputs).map(([name, { default: preset = '' }]) => [`inputs.${name}`, preset]);
  const values: Record<string, string> = {
    ...Object.fromEntries(defaults),
    ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`inputs.${name}`, value])),
    ...Object.fromEntries(Object.entries(github).map(([name, value]) => [`github.${name}`, value])),
  };
  const fill = (text: string): string =>
    text.replaceAll(/\$\{\{ (.*?) \}\}/g, (_, name: string) => {
      const value = values[name];
      return value === undefined ? '' : fill(value);
    });
  const ran: string[] = [];
  let all: Ended = { code: 0, stdout: '', stderr: '' };
  for (const step of action.runs.steps) {
    if (step.run === undefined || all.code !== 0 || !isMet(step.if, values)) continue;
    ran.push(step.name ?? '');
    const own = Object.fromEntries(Object.entries(step.env ?? {}).map(([name, value]) => [name, fill(value)]));
    const ended = await runProgram('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run], folder, {
      ...environment,
      ...own,
    });
    all = { code: ended.code, stdout: all.stdout + ended.stdout, stderr: all.stderr + ended.stderr };
    const written = await readFile(environment['GITHUB_OUTPUT'] ?? '', 'utf8').catch(() => '');
    for (const [, name = '', value = ''] of written.matchAll(/^([^=\n]+)=(.*)$/gm))
      values[`steps.${step.id}.outputs.${name}`] ??= value;
  }
  const outputs = Object.fromEntries(Object.entries(values).filter(([name]) => name.startsWith('steps.')));
  return { ...all, outputs, ran };
}

/** The one condition that scripts of the action have. */
function isMet(condition: string | undefined, values: Readonly<Record<string, string>>): boolean {
  if (condition === undefined) return true;
  const [, name, wanted] = /^(steps\.\w+\.outputs\.\w+) == '(\w+)'$/.exec(condition) ?? [];
  if (name === undefined) throw new Error(`the test cannot tell whether "${condition}" is met`);
  return values[name] === wanted;
}

export function runProgram(
  file: string,
  args: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      file,
      [...args],
      { cwd: folder, env: { PATH: process.env['PATH'], HOME: folder, ...environment }, maxBuffer: 1 << 26 },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, stdout, stderr }),
    );
  });
}
