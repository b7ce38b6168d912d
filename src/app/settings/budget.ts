import type { SettingDefinition } from './definition.ts';

/** What a run may use at most. */
export const budgetSettings = {
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
} as const satisfies Record<string, SettingDefinition>;
