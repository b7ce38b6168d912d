import { z } from 'zod';
import { ZooError, exitCode } from '../core/error.ts';
import { parseJson } from '../core/json.ts';
import { type Experience, experienceSchema } from '../core/library/experience.ts';
import type { Library } from '../core/library/library.ts';
import { withoutCredentials } from '../core/without-credentials.ts';
import type { Files } from '../world/files/files.ts';
import type { Config } from './config.ts';
import { type SettingKey, type Settings, flagName, settingKeys, settingOf } from './settings.ts';

const identitySchema = z.object({ provider: z.string(), model: z.string(), endpoint: z.string() });

/** `run.json`: everything that a run was asked to do, and on what; what `--resume` and `--replay` go by. */
const runRecordSchema = z.object({
  v: z.literal(1),
  run: z.string(),
  fingerprint: z.string(),
  /** RFC 3339, UTC; the date that new experiences carry. */
  createdAt: z.string(),
  /** RFC 3339, UTC; when the run really began. */
  startedAt: z.string(),
  versions: z.object({ zoo: z.string(), node: z.string() }),
  /** Every setting that is no secret. */
  settings: z.record(z.string(), z.unknown()),
  dataset: z.object({
    name: z.string(),
    sha256: z.string(),
    domain: z.string(),
    train: z.array(z.string()),
    gate: z.array(z.string()),
  }),
  verifier: z.string(),
  models: z.object({ student: identitySchema, teacher: identitySchema }),
  prompts: z.object({ hash: z.string(), versions: z.record(z.string(), z.number()) }),
  library: z.object({ version: z.string().nullable(), root: z.string(), count: z.number() }),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

/** Settings that may differ between two sessions of one run: where it runs and what it may spend, not what it does. */
const free: ReadonlySet<SettingKey> = new Set<SettingKey>([
  'library',
  'runs',
  'datasetsDir',
  'baseUrl',
  'teacherBaseUrl',
  'apiKey',
  'teacherApiKey',
  'timeout',
  'concurrency',
  'maxCost',
  'maxTokensTotal',
  'maxCalls',
  'maxTime',
  'logLevel',
  'telemetry',
]);

/** Of these, where the run goes on unless it is said anew; a resume must not find another endpoint than the run had. */
const addresses: readonly SettingKey[] = ['baseUrl', 'teacherBaseUrl'];

/** Settings as run.json keeps them: none that is a secret, and no address with one in it. */
export function recordSettings(settings: Settings): Record<string, unknown> {
  return Object.fromEntries(
    settingKeys
      .filter((key) => settingOf(key).secret !== true && settings[key] !== undefined)
      .map((key) => [key, shareable(settings[key])]),
  );
}

function shareable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shareable);
  return typeof value === 'string' ? withoutCredentials(value) : value;
}

/**
 * The configuration to go on with a run: what it does comes from its record, what may differ from the present.
 *
 * @throws ZooError `run-differs` (exit 2) when a flag asks for another run
 */
export function resumeConfig(config: Config, record: RunRecord): Config {
  const settings: Record<string, unknown> = { ...config.settings };
  for (const key of settingKeys) {
    if (free.has(key)) continue;
    const recorded = record.settings[key];
    const typed = config.origins[key].from === 'flag';
    if (typed && JSON.stringify(config.settings[key]) !== JSON.stringify(recorded)) throw differs(key, config, record);
    settings[key] = recorded;
  }
  for (const key of addresses) settings[key] ??= record.settings[key];
  return { ...config, settings: settings as Settings };
}

/** @throws ZooError `no-such-run` */
export async function readRunRecord(files: Files, folder: string, run: string): Promise<RunRecord> {
  const path = `${folder}/run.json`;
  const text = await files.readText(path);
  if (text === undefined) {
    throw new ZooError('no-such-run', `there is no run "${run}": ${path} is not there`, {
      hint: '`zoo runs` lists the runs; --runs or ZOO_RUNS names their folder.',
    });
  }
  return parseJson(text, runRecordSchema, path);
}

/** The library that a run began with, kept beside its record so that a resume begins with the same. */
export const startLibraryFile = 'library.json';

export function encodeLibrary(library: Library): string {
  return `${JSON.stringify({ experiences: library.experiences })}\n`;
}

export async function readStartLibrary(files: Files, folder: string): Promise<Library> {
  const path = `${folder}/${startLibraryFile}`;
  const schema = z.object({ experiences: z.array(experienceSchema) });
  const { experiences }: { experiences: readonly Experience[] } = parseJson(
    (await files.readText(path)) ?? '',
    schema,
    path,
  );
  return { experiences };
}

function differs(key: SettingKey, config: Config, record: RunRecord): ZooError {
  const flag = flagName(key);
  const asked = JSON.stringify(config.settings[key]);
  const was = record.settings[key] === undefined ? 'without it' : `with ${JSON.stringify(record.settings[key])}`;
  return new ZooError('run-differs', `run "${record.run}" was started ${was}, and ${flag} asks for ${asked}`, {
    exitCode: exitCode.usage,
    hint: `Leave ${flag} out to go on with the run, or leave --resume out to start another.`,
    data: { setting: key },
  });
}
