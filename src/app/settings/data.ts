import type { SettingDefinition } from './definition.ts';

/** Where things lie and what is trained on. */
export const dataSettings = {
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
} as const satisfies Record<string, SettingDefinition>;
