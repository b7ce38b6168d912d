import type { SettingKey } from '../app/settings.ts';
import { settingKeys, settingOf } from '../app/settings.ts';
import type { CommandEntry } from './command-entry.ts';
import { chainCommands } from './chain-commands.ts';
import { ledgerCommands } from './ledger-commands.ts';

export type { CommandEntry } from './command-entry.ts';

/** What a first word that has commands below it is about. */
export const commandFamilies: Readonly<Record<string, string>> = {
  dataset: 'Datasets',
  ledger: 'The ledger of experiences',
  bench: 'Measurements',
  ipfs: 'The embedded IPFS node',
  chain: 'The chain',
  wallet: 'Encrypted wallets',
  proposal: 'One proposal',
};

const model: readonly SettingKey[] = [
  'provider',
  'baseUrl',
  'apiKey',
  'model',
  'contextTokens',
  'timeout',
  'concurrency',
  'telemetry',
];
const teacher: readonly SettingKey[] = ['teacherProvider', 'teacherBaseUrl', 'teacherApiKey', 'teacherModel'];
const teaching: readonly SettingKey[] = ['teacherTemperature', 'teacherMaxTokens'];
const sampling: readonly SettingKey[] = ['temperature', 'topP', 'topK', 'maxTokens', 'stop', 'seed'];
const budget: readonly SettingKey[] = ['maxCost', 'maxTokensTotal', 'maxCalls', 'maxTime'];
const problems: readonly SettingKey[] = ['dataset', 'datasetsDir', 'limit', 'verifier', 'domain'];
const learning: readonly SettingKey[] = [
  'epochs',
  'batchSize',
  'groupSize',
  'groupSizeFixed',
  'gate',
  'gateShare',
  'gateSamples',
  'candidates',
  'learnFrom',
  'groundTruth',
  'direct',
  'maxOperations',
  'libraryCapacity',
  'libraryTokens',
];

const pins: readonly SettingKey[] = [
  'pin',
  'ipfsDir',
  'pinOrigins',
  'kuboToken',
  'pinataToken',
  'serviceToken',
  'web3StorageToken',
];
const fetching: readonly SettingKey[] = [
  'gateway',
  'ipfsDir',
  'maxBytes',
  'maxRecords',
  'network',
  'rpcUrl',
  'deployments',
  'registry',
];

const dryRun = ['--dry-run', 'prints what would happen and what it would cost, and does nothing'] as const;
const noLive = ['--no-live', 'plain lines instead of the live view'] as const;

/** Every command and every flag, once. To add a command: a line here, a file in commands/. */
export const commandTable: readonly CommandEntry[] = [
  {
    name: 'init',
    about: 'write zoo.config.json and an empty library',
    example: 'zoo init --provider vllm --base-url http://localhost:8000/v1',
    settings: settingKeys.filter((key) => settingOf(key).secret !== true && key !== 'logLevel'),
    flags: [
      ['--force', 'replaces a zoo.config.json that is there'],
      ['--yes', 'asks nothing'],
      ['--git', 'teaches the git repository to show and merge the library; in a clone, that alone'],
    ],
    load: async () => (await import('./commands/init.ts')).init,
  },
  {
    name: 'train',
    about: 'learn experiences from problems, in three stages',
    example: 'zoo train --dataset quickstart --provider sim',
    settings: [
      'library',
      'runs',
      'prompts',
      ...problems,
      ...model,
      ...teacher,
      ...sampling,
      ...teaching,
      ...learning,
      ...budget,
    ],
    flags: [
      ['--run <id>', 'names the run; otherwise made from time and seed'],
      ['--resume [run]', 'goes on with a run that was stopped; the last one unless named'],
      ['--replay <run>', 'answers every call from the journal of that run, and from nothing else'],
      dryRun,
      noLive,
    ],
    load: async () => (await import('./commands/train.ts')).train,
  },
  {
    name: 'eval',
    about: 'measure whether the library helps, with intervals',
    example: 'zoo eval --dataset aime25 --samples 8',
    settings: ['library', 'libraryTokens', 'prompts', ...problems, ...model, ...teacher, ...sampling, ...budget],
    flags: [
      ['--samples <k>', 'samples a problem and arm, at most with --until-decided; 8 unless given'],
      ['--until-decided', 'stops as soon as the comparison is decided'],
      ['--effect <n>', 'the difference that power is told for; 0.05 unless given'],
      ['--versions <names>', 'further versions of the library to compare, such as v2,v3'],
      ['--controls <names>', 'controls to compare: shuffled, other-domain, direct (which needs --training)'],
      ['--training <dataset>', 'training problems, which the control direct is written from'],
      ['--allow-trained-on', 'reports on problems that the library was learned from as well'],
      ['--models <names>', 'further models at the endpoint, which answer with the library'],
      ['--prompt-folders <folders>', 'folders of further prompts to answer by, with the library'],
      ['--transfer', 'the library on each of --models and --datasets, in one table'],
      ['--datasets <names>', 'datasets of --transfer'],
      ['--html <file>', 'writes a report as one HTML file'],
      ['--markdown <file>', 'writes a comment for a pull request'],
      ['--junit <file>', 'writes JUnit XML for CI'],
      ['--fail-on-regression', 'exits 3 when the library makes it worse'],
      dryRun,
    ],
    load: async () => (await import('./commands/eval.ts')).evaluate,
  },
  {
    name: 'ask',
    arguments: '<question>',
    about: 'one answer with the library in the prompt, and which experiences were used',
    example: 'zoo ask "How many positive divisors has 360?"',
    settings: [
      'library',
      'libraryTokens',
      ...fetching,
      'prompts',
      'dataset',
      'datasetsDir',
      ...model,
      ...sampling,
      ...budget,
    ],
    flags: [['--no-library', 'asks without the library'], dryRun],
    load: async () => (await import('./commands/ask.ts')).ask,
  },
  {
    name: 'runs',
    about: 'past training runs',
    example: 'zoo runs',
    settings: ['runs'],
    load: async () => (await import('./commands/runs.ts')).runs,
  },
  {
    name: 'report',
    arguments: '[run]',
    about: "a run's report as one HTML file; of the last run unless named",
    example: 'zoo report 20261124-081500-s0',
    settings: ['runs'],
    flags: [['--output <file>', "where to write it; report.html in the run's folder unless given"]],
    load: async () => (await import('./commands/report.ts')).report,
  },
  {
    name: 'hamiltonian',
    arguments: '[run]',
    about: "a run's Hamiltonian account, and a test of the claim that kappa is conserved; of the last run unless named",
    example: 'zoo hamiltonian 20261124-081500-s0',
    settings: ['runs', 'seed'],
    load: async () => (await import('./commands/hamiltonian.ts')).hamiltonian,
  },
  {
    name: 'grade',
    arguments: '<file>',
    about: 'grade rows of {id, gold, response} in a JSONL file',
    example: 'zoo grade answers.jsonl --verifier math',
    settings: ['verifier', 'prompts', ...model, ...teacher, ...budget],
    load: async () => (await import('./commands/grade.ts')).grade,
  },
  {
    name: 'dataset list',
    about: 'the datasets that zoo knows',
    example: 'zoo dataset list',
    settings: ['datasetsDir'],
    load: async () => (await import('./commands/dataset-list.ts')).datasetList,
  },
  {
    name: 'dataset show',
    arguments: '<name>',
    about: 'what is in a dataset',
    example: 'zoo dataset show quickstart',
    settings: ['datasetsDir'],
    load: async () => (await import('./commands/dataset-show.ts')).datasetShow,
  },
  {
    name: 'dataset validate',
    arguments: '<name>',
    about: 'check a dataset, naming line and column of what is wrong',
    example: 'zoo dataset validate problems.jsonl',
    settings: ['datasetsDir'],
    load: async () => (await import('./commands/dataset-validate.ts')).datasetValidate,
  },
  {
    name: 'dataset pull',
    arguments: '<name>',
    about: 'fetch a dataset from the hub and check it',
    example: 'zoo dataset pull aime24',
    settings: ['datasetsDir'],
    flags: [dryRun],
    load: async () => (await import('./commands/dataset-pull.ts')).datasetPull,
  },
  {
    name: 'dataset import',
    arguments: '<file>',
    about: 'turn JSONL, JSON, CSV, TSV or parquet into the JSONL that zoo trains on',
    example: 'zoo dataset import problems.csv --output problems.jsonl',
    settings: ['datasetsDir'],
    flags: [['--output <file>', 'where to write it; <name>.zoo.jsonl in the working folder unless given']],
    load: async () => (await import('./commands/dataset-import.ts')).datasetImport,
  },
  {
    name: 'dataset split',
    arguments: '<name>',
    about: 'split a dataset into parts, seeded and in proportion',
    example: 'zoo dataset split quickstart --parts train=4,gate=1 --output parts',
    settings: ['datasetsDir', 'seed'],
    flags: [
      ['--parts <weights>', 'names with weights; train=4,gate=1 unless given'],
      ['--output <dir>', 'the folder to write the parts to; the working folder unless given'],
    ],
    load: async () => (await import('./commands/dataset-split.ts')).datasetSplit,
  },
  {
    name: 'dataset overlap',
    arguments: '<one> <two>',
    about: 'the problems that two datasets share',
    example: 'zoo dataset overlap quickstart aime24',
    settings: ['datasetsDir'],
    flags: [['--fail-on-overlap', 'exits 3 when they share a problem']],
    load: async () => (await import('./commands/dataset-overlap.ts')).datasetOverlap,
  },
  {
    name: 'bench endpoint',
    about: 'how fast an endpoint is, how many calls at once it bears, whether it caches prefixes',
    example: 'zoo bench endpoint --provider vllm',
    settings: model,
    flags: [
      ['--most <n>', 'calls at once that are tried at most; 64 unless given'],
      ['--tokens <n>', 'completion tokens of a call; 64 unless given'],
      dryRun,
    ],
    load: async () => (await import('./commands/bench-endpoint.ts')).benchEndpoint,
  },
  ...ledgerCommands,
  {
    name: 'sim',
    about: 'serve the simulated model on a loopback port',
    example: 'zoo sim --port 8080 --dataset quickstart',
    settings: ['dataset', 'datasetsDir', 'seed'],
    flags: [
      ['--port <n>', 'the port on 127.0.0.1; a free one unless given'],
      ['--options <file>', 'JSON of further options: capacity, lengths, faults, timeScale, student, teacher, …'],
    ],
    load: async () => (await import('./commands/sim.ts')).sim,
  },
  {
    name: 'publish',
    arguments: '[version]',
    about: 'make a version permanent and findable on IPFS; the newest unless named',
    example: 'zoo publish --pin local --pin kubo:http://127.0.0.1:5001',
    settings: ['library', ...pins],
    flags: [
      ['--status', 'asks every target how the version stands there'],
      ['--recover', 'asks every target, and sends again what failed or was lost'],
      dryRun,
    ],
    load: async () => (await import('./commands/publish.ts')).publish,
  },
  {
    name: 'fetch',
    arguments: '<reference>',
    about: 'get a published version back and verify it: a CID, a version, a root',
    example: 'zoo fetch bafyreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq --output library',
    settings: ['library', ...fetching],
    flags: [['--output <dir>', 'where to write the library; into the cache unless given'], dryRun],
    load: async () => (await import('./commands/fetch.ts')).fetch,
  },
  {
    name: 'ipfs serve',
    about: 'serve what is published to this machine: a trustless gateway on a loopback port',
    example: 'zoo ipfs serve --port 8421',
    settings: ['ipfsDir', 'web3StorageToken'],
    flags: [['--port <n>', 'the port; 8421 unless given, 0 for a free one']],
    load: async () => (await import('./commands/ipfs-serve.ts')).ipfsServe,
  },
  ...chainCommands,
  {
    name: 'config',
    about: 'every setting with its value and where it comes from',
    example: 'zoo config --json',
    settings: settingKeys,
    flags: [['--schema', 'prints the JSON Schema of zoo.config.json']],
    load: async () => (await import('./commands/config.ts')).config,
  },
  {
    name: 'doctor',
    about: 'check endpoint, model, datasets and storage, and say how to mend each',
    example: 'zoo doctor',
    settings: ['library', 'runs', 'dataset', 'datasetsDir', 'verifier', ...model, ...teacher],
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  {
    name: 'completion',
    arguments: '<shell>',
    about: 'the completion script of bash, zsh or fish',
    example: 'zoo completion bash >> ~/.bashrc',
    load: async () => (await import('./commands/completion.ts')).completion,
  },
];
