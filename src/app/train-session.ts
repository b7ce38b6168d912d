import { join } from 'node:path';
import { ZooError, exitCode } from '../core/error.ts';
import type { Files } from '../world/files/files.ts';
import type { Config } from './config.ts';
import { type RunRecord, readRunRecord, resumeConfig } from './run-record.ts';

export interface SessionRequest {
  /** `--run`. */
  readonly run?: string | undefined;
  /** `--resume`: a run's name, or true for the last one. */
  readonly resume?: string | true | undefined;
  /** `--replay`: a run's name. */
  readonly replay?: string | undefined;
}

/** Which run this is about: a new one, one that goes on, or one that is gone through again from its journal. */
export interface Session {
  readonly mode: 'new' | 'resume' | 'replay';
  readonly run: string;
  /** The run's folder. */
  readonly folder: string;
  /** What the run was asked to do; absent for a new one. */
  readonly record: RunRecord | undefined;
  /** The configuration in force for it. */
  readonly config: Config;
}

/** @throws ZooError `no-such-run`, `run-exists`, `run-differs`, `invalid-run-name`, or `usage` for flags that exclude one another */
export async function chooseSession(
  config: Config,
  request: SessionRequest,
  files: Files,
  now: number,
): Promise<Session> {
  const { runs } = config.settings;
  const { run, resume, replay } = request;
  if (resume !== undefined && (replay !== undefined || run !== undefined)) {
    throw new ZooError('usage', '--resume goes with neither --run nor --replay', {
      exitCode: exitCode.usage,
      hint: 'Name the run after --resume: zoo train --resume <run>.',
    });
  }
  if (resume !== undefined || replay !== undefined) {
    const name = checkName(replay ?? (resume === true ? await lastRun(files, runs) : (resume as string)));
    const folder = join(runs, name);
    const record = await readRunRecord(files, folder, name);
    return {
      mode: replay === undefined ? 'resume' : 'replay',
      run: name,
      folder,
      record,
      config: resumeConfig(config, record),
    };
  }
  const name = checkName(run ?? (await freeName(files, runs, config.settings.seed, now)));
  const folder = join(runs, name);
  if (await files.exists(join(folder, 'run.json'))) {
    throw new ZooError('run-exists', `there is a run "${name}" already, in ${folder}`, {
      exitCode: exitCode.usage,
      hint: `Go on with it by --resume ${name}, or give another name with --run.`,
    });
  }
  return { mode: 'new', run: name, folder, record: undefined, config };
}

/** The run that was begun last. Names that zoo makes sort by time; others go by the date in their record. */
export async function lastRun(files: Files, runs: string): Promise<string> {
  let last: RunRecord | undefined;
  for (const name of await files.list(runs)) {
    if (!(await files.exists(join(runs, name, 'run.json')))) continue;
    const record = await readRunRecord(files, join(runs, name), name);
    if (last === undefined || record.startedAt >= last.startedAt) last = { ...record, run: name };
  }
  if (last !== undefined) return last.run;
  throw new ZooError('no-such-run', `there is no run in ${runs}`, {
    hint: 'Begin one with `zoo train`; --runs or ZOO_RUNS names the folder of runs.',
  });
}

/** Such as `20261124-081500-s0`, with a number behind it when two runs begin in one second. */
async function freeName(files: Files, runs: string, seed: number, now: number): Promise<string> {
  const time = new Date(now)
    .toISOString()
    .replace(/\.\d+Z$/, '')
    .replaceAll(/[-:]/g, '')
    .replace('T', '-');
  const name = `${time}-s${seed}`;
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}-${number}`;
    if (!(await files.exists(join(runs, candidate)))) return candidate;
  }
}

/** A run's name is the name of a folder, and never a way out of the folder of runs. */
function checkName(name: string): string {
  if (/^[\w][\w.-]{0,99}$/.test(name)) return name;
  throw new ZooError('invalid-run-name', `"${name}" cannot be the name of a run`, {
    exitCode: exitCode.usage,
    hint: 'Use up to 100 letters, digits, dots, dashes and underscores, and begin with a letter or digit.',
  });
}
