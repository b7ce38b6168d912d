import { join } from 'node:path';
import { ZooError, messageOf } from '../core/error.ts';
import type { Config } from './config.ts';
import { checkChain } from './doctor-chain.ts';
import { version } from './package.ts';
import { openDatasets } from './wire/datasets.ts';
import { type Endpoint, resolveStudent, resolveTeacher } from './wire/endpoints.ts';
import { ledgerAt } from './wire/ledgers.ts';
import { clock, files } from './wire/platform.ts';
import { knownPrice } from './wire/prices.ts';
import { examine } from './wire/examine.ts';
import { identityOf } from './wire/simulator.ts';
import { openVerifier } from './wire/verifiers.ts';

export interface Check {
  readonly name: string;
  /** `warning`: it works, and there is something to know. */
  readonly state: 'ok' | 'warning' | 'failed';
  readonly message: string;
  /** How to mend it. */
  readonly hint?: string | undefined;
}

/** Checks everything that a run needs and says how to mend what is amiss. One failure does not stop the others. */
export async function diagnose(config: Config, signal?: AbortSignal): Promise<readonly Check[]> {
  const groups = await Promise.all([
    checkNode(),
    checkModels(config, signal),
    checkDatasets(config),
    checkLibrary(config),
    checkFolder('runs', config.settings.runs),
    checkKeys(config),
    checkChain(config, clock.now()),
  ]);
  return groups.flat();
}

function checkNode(): Promise<readonly Check[]> {
  return Promise.resolve([{ name: 'program', state: 'ok', message: `zoo ${version} on Node ${process.version}` }]);
}

async function checkModels(config: Config, signal?: AbortSignal): Promise<readonly Check[]> {
  let student: Endpoint;
  try {
    student = await resolveStudent(config, signal);
  } catch (thrown) {
    return [failure('model', thrown)];
  }
  const checks = [await checkEndpoint('student', student, config, signal)];
  try {
    const teacher = await resolveTeacher(config, student, signal);
    const same = teacher.baseUrl === student.baseUrl && teacher.model === student.model;
    if (!same) checks.push(await checkEndpoint('teacher', teacher, config, signal));
  } catch (thrown) {
    checks.push([failure('teacher', thrown)]);
  }
  return checks.flat();
}

async function checkEndpoint(
  name: string,
  endpoint: Endpoint,
  config: Config,
  signal?: AbortSignal,
): Promise<readonly Check[]> {
  const where = `${endpoint.model} (${endpoint.provider}, by ${endpoint.source})`;
  try {
    const { message, warning } = await examine(endpoint, config, signal);
    const price = knownPrice(identityOf(endpoint), config);
    const checks: Check[] = [
      { name, state: warning === undefined ? 'ok' : 'warning', message: `${where}: ${message}`, hint: warning },
    ];
    if (price === undefined) {
      checks.push({
        name: `${name} price`,
        state: 'warning',
        message: `what ${endpoint.model} costs is not known`,
        hint: 'Give it under "prices" in zoo.config.json; --max-cost needs it.',
      });
    }
    return checks;
  } catch (thrown) {
    const failed = failure(name, thrown);
    return [{ ...failed, message: `${where}: ${failed.message}` }];
  }
}

async function checkDatasets(config: Config): Promise<readonly Check[]> {
  const { dataset, verifier } = config.settings;
  try {
    const source = openDatasets(config);
    const listed = await source.list();
    const here = listed.filter(({ origin }) => origin !== 'hub').map(({ card }) => card.name);
    const all: Check = {
      name: 'datasets',
      state: 'ok',
      message: `${here.length} of ${listed.length} cards are on this machine: ${here.join(', ') || 'none'}`,
    };
    if (dataset === undefined) return [all];
    const opened = await source.open(dataset);
    const judged = await openVerifier(verifier ?? opened.verifier, { config, rubric: opened.card?.rubric });
    return [
      all,
      {
        name: 'dataset',
        state: 'ok',
        message: `${dataset}: ${opened.problems.length} problems, graded by ${judged.name}`,
      },
    ];
  } catch (thrown) {
    return [failure('dataset', thrown)];
  }
}

async function checkLibrary({ settings }: Config): Promise<readonly Check[]> {
  try {
    const state = await ledgerAt(settings.library).state();
    const holder = await files.lockedBy(join(settings.library, '.zoo', 'lock'));
    const message = `${settings.library}: ${state.count} experiences, ${state.version ?? 'no version yet'}`;
    if (holder !== undefined) return [{ name: 'library', state: 'warning', message: `${message}; held by ${holder}` }];
    return [{ name: 'library', state: 'ok', message }, ...(await checkFolder('storage', settings.library))];
  } catch (thrown) {
    return [failure('library', thrown)];
  }
}

/** Can a file be written, synced and taken away there? */
async function checkFolder(name: string, folder: string): Promise<readonly Check[]> {
  const existed = await files.exists(folder);
  const probe = join(folder, '.zoo-doctor');
  try {
    await files.writeAtomic(probe, 'written by zoo doctor\n');
    await files.remove(existed ? probe : folder);
    return [{ name, state: 'ok', message: `${folder} can be written to` }];
  } catch (thrown) {
    return [failure(name, thrown)];
  }
}

/** Variables that hold keys, by name alone. */
const keyVariables = [
  'ZOO_API_KEY',
  'ZOO_TEACHER_API_KEY',
  'OPENAI_API_KEY',
  'OPENROUTER_API_KEY',
  'HF_TOKEN',
  'ZOO_PRIVATE_KEY',
];

function checkKeys({ environment }: Config): Promise<readonly Check[]> {
  const set = keyVariables.filter((name) => (environment[name] ?? '') !== '');
  const message = set.length === 0 ? 'no key is set; endpoints on this machine need none' : `${set.join(', ')} set`;
  return Promise.resolve([{ name: 'keys', state: 'ok', message }]);
}

function failure(name: string, thrown: unknown): Check {
  const hint = thrown instanceof ZooError ? thrown.hint : undefined;
  return { name, state: 'failed', message: messageOf(thrown), hint };
}
