import type { SettingDefinition } from './definition.ts';

export const logLevels = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

/** What is told about a run, and to whom. */
export const tellingSettings = {
  telemetry: {
    kind: 'switch',
    flag: '--telemetry',
    env: 'ZOO_TELEMETRY',
    default: false,
    about: 'sends a span for every request to OpenTelemetry, which the OTEL_* variables configure',
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
