import { z } from 'zod';
import { messageOf } from '../../core/error.ts';
import { parseJson } from '../../core/json.ts';
import type { Files } from '../files/files.ts';
import { checkpointFile } from './checkpoint.ts';
import { journalFile, runLockFile } from './file.ts';

/** What the files of a run folder tell; scripts read it from `zoo runs --json`. */
export interface RunSummary {
  readonly run: string;
  readonly folder: string;
  /** `interrupted`: it stopped before its end and can be resumed. `broken`: its files do not read; `problem` says which. */
  readonly state: 'running' | 'completed' | 'budget' | 'interrupted' | 'rejected' | 'broken';
  /** `run.json`: what the run was asked to do; undefined where there is none. */
  readonly settings: Readonly<Record<string, unknown>> | undefined;
  /** `result.json`: the account of the run so far. */
  readonly result: Readonly<Record<string, unknown>> | undefined;
  readonly heldBy: string | undefined;
  readonly problem: string | undefined;
}

const settingsSchema = z.record(z.string(), z.unknown());
const resultSchema = z.looseObject({ status: z.enum(['completed', 'budget', 'interrupted', 'rejected']) });

/** The runs in a folder, by name. A folder that is no run is left out; one that is damaged is listed as broken. */
export async function listRuns(files: Files, folder: string): Promise<readonly RunSummary[]> {
  const runs: RunSummary[] = [];
  for (const name of await files.list(folder)) {
    const summary = await summarizeRun(files, `${folder}/${name}`, name);
    if (summary !== undefined) runs.push(summary);
  }
  return runs;
}

async function summarizeRun(files: Files, folder: string, run: string): Promise<RunSummary | undefined> {
  const base = { run, folder, settings: undefined, result: undefined, heldBy: undefined };
  try {
    const names = new Set(await listFolder(files, folder));
    const isRun = ['run.json', 'result.json', checkpointFile, journalFile].some((name) => names.has(name));
    if (!isRun) return undefined;
    const settings = await readObject(files, `${folder}/run.json`, settingsSchema);
    const result = await readObject(files, `${folder}/result.json`, resultSchema);
    const heldBy = await files.lockedBy(`${folder}/${runLockFile}`);
    const state = heldBy !== undefined ? 'running' : (result?.status ?? 'interrupted');
    return { run, folder, state, settings, result, heldBy, problem: undefined };
  } catch (thrown) {
    return { ...base, state: 'broken', problem: messageOf(thrown) };
  }
}

/** A plain file among the run folders is no run. */
async function listFolder(files: Files, folder: string): Promise<readonly string[]> {
  try {
    return await files.list(folder);
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'not-a-folder') return [];
    throw thrown;
  }
}

async function readObject<T>(files: Files, path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const text = await files.readText(path);
  return text === undefined ? undefined : parseJson(text, schema, path);
}
