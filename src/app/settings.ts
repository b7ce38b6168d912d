/**
 * Every setting of zoo, once: its flag, its environment variable, its key in zoo.config.json, its default and what it
 * does. The command line, the configuration file's schema, `zoo config`, the shell completions and docs/cli.md are all
 * made from this table. Plain data and no imports, because `zoo --help` loads it.
 */

/** How a setting is written: as text on the command line and in the environment, as JSON in the file. */
type SettingKind =
  | { readonly kind: 'text'; readonly value: string }
  /** A folder; relative ones start at the working folder, or at the file's folder when they stand in the file. */
  | { readonly kind: 'path'; readonly value: string }
  | { readonly kind: 'integer'; readonly value: number; readonly least: number; readonly most?: number }
  | { readonly kind: 'number'; readonly value: number; readonly least: number; readonly most?: number }
  | { readonly kind: 'integer-or-auto'; readonly value: number | 'auto'; readonly least: number }
  /** Milliseconds; written as `90s`, `15m`, `2h`. */
  | { readonly kind: 'duration'; readonly value: number }
  | { readonly kind: 'switch'; readonly value: boolean }
  | { readonly kind: 'choice'; readonly value: string; readonly choices: readonly string[] }
  /** Given several times on the command line; separated by commas in the environment. */
  | { readonly kind: 'list'; readonly value: readonly string[] };

interface Common {
  readonly flag: string;
  readonly env: string;
  readonly about: string;
  /** Never printed, and refused in zoo.config.json. */
  readonly secret?: true;
}

type Without<Kind> = Kind extends unknown ? Omit<Kind, 'value'> & { readonly default?: unknown } : never;
export type SettingDefinition = Common & Without<SettingKind>;

export const providers = [
  'openai',
  'vllm',
  'sglang',
  'llama.cpp',
  'lmstudio',
  'openrouter',
  'ollama',
  'huggingface',
  'llama',
  'sim',
] as const;
export type ProviderName = (typeof providers)[number];

export const logLevels = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

const settingTable = {
  library: {
    kind: 'path',
    flag: '--library <dir>',
    env: 'ZOO_LIBRARY',
    default: 'library',
    about: 'the folder of the experience library',
  },
  runs: { kind: 'path', flag: '--runs <dir>', env: 'ZOO_RUNS', default: 'runs', about: 'the folder of training runs' },
  datasetsDir: {
    kind: 'path',
    flag: '--datasets-dir <dir>',
    env: 'ZOO_DATASETS_DIR',
    about: 'a folder with copies of datasets, looked into before anything is downloaded',
  },
  prompts: {
    kind: 'path',
    flag: '--prompts <dir>',
    env: 'ZOO_PROMPTS',
    about: "a folder with prompts of your own; those that it lacks are zoo's",
  },
  dataset: {
    kind: 'text',
    flag: '--dataset <name>',
    env: 'ZOO_DATASET',
    about: "a card's name, a path to JSONL, or hf:owner/name",
  },
  provider: {
    kind: 'choice',
    choices: providers,
    flag: '--provider <name>',
    env: 'ZOO_PROVIDER',
    about: 'where the model runs',
  },
  baseUrl: { kind: 'text', flag: '--base-url <url>', env: 'ZOO_BASE_URL', about: 'the address of the endpoint' },
  apiKey: {
    kind: 'text',
    flag: '--api-key <key>',
    env: 'ZOO_API_KEY',
    secret: true,
    about: "the endpoint's key; better in the environment or in .env",
  },
  model: { kind: 'text', flag: '--model <name>', env: 'ZOO_MODEL', about: 'the model, a GGUF file or an hf: URI' },
  teacherProvider: {
    kind: 'choice',
    choices: providers,
    flag: '--teacher-provider <name>',
    env: 'ZOO_TEACHER_PROVIDER',
    about: "where the teacher runs; the student's provider unless given",
  },
  teacherBaseUrl: {
    kind: 'text',
    flag: '--teacher-base-url <url>',
    env: 'ZOO_TEACHER_BASE_URL',
    about: "the address of the teacher's endpoint",
  },
  teacherApiKey: {
    kind: 'text',
    flag: '--teacher-api-key <key>',
    env: 'ZOO_TEACHER_API_KEY',
    secret: true,
    about: "the key of the teacher's endpoint",
  },
  teacherModel: {
    kind: 'text',
    flag: '--teacher-model <name>',
    env: 'ZOO_TEACHER_MODEL',
    about: 'the model that summarises, extracts and consolidates; the student unless given',
  },
  contextTokens: {
    kind: 'integer',
    least: 256,
    flag: '--context-tokens <n>',
    env: 'ZOO_CONTEXT_TOKENS',
    default: 32_768,
    about: "tokens of the model's context; the embedded llama.cpp makes room for no more",
  },
  timeout: {
    kind: 'duration',
    flag: '--timeout <time>',
    env: 'ZOO_TIMEOUT',
    about: 'gives up on a call after this long (90s, 15m); no limit unless given',
  },
  concurrency: {
    kind: 'integer-or-auto',
    least: 1,
    flag: '--concurrency <n|auto>',
    env: 'ZOO_CONCURRENCY',
    default: 'auto',
    about: 'requests at once; auto finds what the endpoint bears',
  },
  temperature: {
    kind: 'number',
    least: 0,
    flag: '--temperature <n>',
    env: 'ZOO_TEMPERATURE',
    default: 0.7,
    about: 'sampling temperature of rollouts',
  },
  teacherTemperature: {
    kind: 'number',
    least: 0,
    flag: '--teacher-temperature <n>',
    env: 'ZOO_TEACHER_TEMPERATURE',
    about: "the teacher's sampling temperature; that of rollouts unless given",
  },
  teacherMaxTokens: {
    kind: 'integer',
    least: 1,
    flag: '--teacher-max-tokens <n>',
    env: 'ZOO_TEACHER_MAX_TOKENS',
    about: 'completion tokens of the teacher at most; no limit unless given',
  },
  topP: { kind: 'number', least: 0, most: 1, flag: '--top-p <n>', env: 'ZOO_TOP_P', about: 'nucleus sampling' },
  topK: { kind: 'integer', least: 1, flag: '--top-k <n>', env: 'ZOO_TOP_K', about: 'samples among the k likeliest' },
  maxTokens: {
    kind: 'integer',
    least: 1,
    flag: '--max-tokens <n>',
    env: 'ZOO_MAX_TOKENS',
    about: 'completion tokens at most, reasoning counted',
  },
  stop: {
    kind: 'list',
    flag: '--stop <text>',
    env: 'ZOO_STOP',
    about: 'stops a completion at this text; may be repeated',
  },
  seed: { kind: 'integer', least: 0, flag: '--seed <n>', env: 'ZOO_SEED', default: 0, about: 'every random choice' },
  epochs: {
    kind: 'integer',
    least: 1,
    flag: '--epochs <n>',
    env: 'ZOO_EPOCHS',
    default: 3,
    about: 'passes over the training problems',
  },
  batchSize: {
    kind: 'integer',
    least: 1,
    flag: '--batch-size <n>',
    env: 'ZOO_BATCH_SIZE',
    about: 'problems a step; all of an epoch unless given',
  },
  groupSize: {
    kind: 'integer',
    least: 1,
    flag: '--group-size <n>',
    env: 'ZOO_GROUP_SIZE',
    default: 5,
    about: 'samples a problem, G',
  },
  groupSizeFixed: {
    kind: 'switch',
    flag: '--group-size-fixed',
    env: 'ZOO_GROUP_SIZE_FIXED',
    default: false,
    about: 'always draws G samples, as the published protocol does',
  },
  limit: {
    kind: 'integer',
    least: 1,
    flag: '--limit <problems>',
    env: 'ZOO_LIMIT',
    about: 'uses only that many problems',
  },
  gate: {
    kind: 'choice',
    choices: ['off', 'epoch', 'step'],
    flag: '--gate <when>',
    env: 'ZOO_GATE',
    default: 'off',
    about: 'keeps what was learned only if held-out problems do not get worse',
  },
  gateShare: {
    kind: 'number',
    least: 0,
    most: 0.9,
    flag: '--gate-share <n>',
    env: 'ZOO_GATE_SHARE',
    default: 0.2,
    about: 'share of the problems that the gate holds out',
  },
  gateSamples: {
    kind: 'integer',
    least: 1,
    flag: '--gate-samples <n>',
    env: 'ZOO_GATE_SAMPLES',
    default: 8,
    about: 'samples at most that the gate draws of a held-out problem and library',
  },
  candidates: {
    kind: 'integer',
    least: 1,
    most: 16,
    flag: '--candidates <n>',
    env: 'ZOO_CANDIDATES',
    default: 1,
    about: 'candidate libraries that compete for a step at the gate',
  },
  learnFrom: {
    kind: 'choice',
    choices: ['mixed', 'failures', 'all'],
    flag: '--learn-from <groups>',
    env: 'ZOO_LEARN_FROM',
    default: 'mixed',
    about: 'groups whose rewards spread, also those that all fail, or all',
  },
  groundTruth: {
    kind: 'switch',
    flag: '--ground-truth',
    env: 'ZOO_GROUND_TRUTH',
    default: true,
    about: "whether the teacher sees the answers; without them the group's majority stands in",
  },
  direct: {
    kind: 'switch',
    flag: '--direct',
    env: 'ZOO_DIRECT',
    default: false,
    about: 'control: experiences written straight from the problems, without rollouts',
  },
  maxOperations: {
    kind: 'integer',
    least: 1,
    flag: '--max-operations <n>',
    env: 'ZOO_MAX_OPERATIONS',
    default: 3,
    about: 'operations at most that one group may propose',
  },
  verifier: {
    kind: 'text',
    flag: '--verifier <name>',
    env: 'ZOO_VERIFIER',
    about: "what judges answers; the dataset's own unless given",
  },
  domain: {
    kind: 'text',
    flag: '--domain <path>',
    env: 'ZOO_DOMAIN',
    about: "files what is learned under this domain; the dataset's own unless given",
  },
  libraryCapacity: {
    kind: 'integer',
    least: 1,
    flag: '--library-capacity <n>',
    env: 'ZOO_LIBRARY_CAPACITY',
    default: 1000,
    about: 'experiences at most',
  },
  libraryTokens: {
    kind: 'integer',
    least: 1,
    flag: '--library-tokens <n>',
    env: 'ZOO_LIBRARY_TOKENS',
    default: 8192,
    about: 'tokens at most that the library may take of a prompt',
  },
  author: {
    kind: 'text',
    flag: '--author <name>',
    env: 'ZOO_AUTHOR',
    about: "who changes the library, as its records and versions say it; the system's user unless given",
  },
  maxCost: {
    kind: 'number',
    least: 0,
    flag: '--max-cost <usd>',
    env: 'ZOO_MAX_COST',
    about: 'stops before more than this is spent, in US dollars',
  },
  maxTokensTotal: {
    kind: 'integer',
    least: 1,
    flag: '--max-tokens-total <n>',
    env: 'ZOO_MAX_TOKENS_TOTAL',
    about: 'stops before more tokens are used, prompts counted',
  },
  maxCalls: {
    kind: 'integer',
    least: 1,
    flag: '--max-calls <n>',
    env: 'ZOO_MAX_CALLS',
    about: 'stops before more calls',
  },
  maxTime: {
    kind: 'duration',
    flag: '--max-time <time>',
    env: 'ZOO_MAX_TIME',
    about: 'stops after this long (90s, 15m, 2h)',
  },
  telemetry: {
    kind: 'switch',
    flag: '--telemetry',
    env: 'ZOO_TELEMETRY',
    default: false,
    about: 'sends a span for every request to OpenTelemetry, which the OTEL_* variables configure',
  },
  pin: {
    kind: 'list',
    flag: '--pin <target>',
    env: 'ZOO_PIN',
    default: ['local'],
    about:
      'where versions are published: local, kubo:<url>, pinata, service:<url>, web3.storage:<url>, exec:<command>; may be repeated',
  },
  ipfsDir: {
    kind: 'path',
    flag: '--ipfs-dir <dir>',
    env: 'ZOO_IPFS_DIR',
    default: '.zoo/ipfs',
    about: 'the folder of the embedded IPFS node',
  },
  gateway: {
    kind: 'list',
    flag: '--gateway <url>',
    env: 'ZOO_GATEWAY',
    default: ['https://trustless-gateway.link', 'https://ipfs.io'],
    about: 'trustless gateways to fetch from, all at once; may be repeated',
  },
  pinOrigins: {
    kind: 'list',
    flag: '--pin-origins <multiaddr>',
    env: 'ZOO_PIN_ORIGINS',
    about: 'nodes that a pinning service can get the blocks from; may be repeated',
  },
  kuboToken: {
    kind: 'text',
    flag: '--kubo-token <token>',
    env: 'ZOO_KUBO_TOKEN',
    secret: true,
    about: "the bearer token of a Kubo node's RPC; better in the environment or in .env",
  },
  pinataToken: {
    kind: 'text',
    flag: '--pinata-token <token>',
    env: 'ZOO_PINATA_TOKEN',
    secret: true,
    about: "Pinata's token (JWT); better in the environment or in .env",
  },
  serviceToken: {
    kind: 'text',
    flag: '--service-token <token>',
    env: 'ZOO_SERVICE_TOKEN',
    secret: true,
    about: 'the token of the pinning service; better in the environment or in .env',
  },
  web3StorageToken: {
    kind: 'text',
    flag: '--web3-storage-token <token>',
    env: 'ZOO_WEB3_STORAGE_TOKEN',
    secret: true,
    about: 'the token of a web3.storage endpoint, and of the embedded node; better in the environment or in .env',
  },
  maxBytes: {
    kind: 'integer',
    least: 1,
    flag: '--max-bytes <n>',
    env: 'ZOO_MAX_BYTES',
    default: 2_147_483_648,
    about: 'bytes at most that a published version may take when it is fetched',
  },
  maxRecords: {
    kind: 'integer',
    least: 1,
    flag: '--max-records <n>',
    env: 'ZOO_MAX_RECORDS',
    default: 2_000_000,
    about: 'experiences at most that a published version may hold when it is fetched',
  },
  logLevel: {
    kind: 'choice',
    choices: logLevels,
    flag: '--log-level <level>',
    env: 'ZOO_LOG_LEVEL',
    default: 'info',
    about: 'what is told on stderr',
  },
} as const satisfies Record<string, SettingDefinition>;

export type SettingKey = keyof typeof settingTable;
export const settingKeys = Object.keys(settingTable) as readonly SettingKey[];

type ValueOf<Definition> = Definition extends { readonly choices: readonly (infer Choice)[] }
  ? Choice
  : Definition extends { readonly kind: infer Kind }
    ? Extract<SettingKind, { readonly kind: Kind }>['value']
    : never;

type Table = typeof settingTable;

/** The typed value of every setting; those without a default may be undefined. */
export type Settings = {
  readonly [Key in SettingKey]: Table[Key] extends { readonly default: unknown }
    ? ValueOf<Table[Key]>
    : ValueOf<Table[Key]> | undefined;
};

export function settingOf(key: SettingKey): SettingDefinition {
  return settingTable[key];
}

/** The flag's name without its argument, such as `--group-size`. */
export function flagName(key: SettingKey): string {
  return settingOf(key).flag.split(' ')[0] as string;
}
