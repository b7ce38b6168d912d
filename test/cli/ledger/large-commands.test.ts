import { describe } from 'vitest';
import { later } from './both-layouts.ts';
import { saysTheSame } from './says-the-same.ts';

/** Of each kind of reading one; all of them are in large-commands.slow.test.ts. */
const reading: readonly (readonly string[])[] = [
  ['status'],
  ['list', '--limit', '7', '--in', 'math'],
  ['list', '--limit', '5'],
  ['search', 'parity', 'residue', 'kind'],
  ['lint', '--at', 'v2'],
  ['export', '--format', 'paper'],
  ['diff', 'v1', 'working'],
  ['blame', later.id],
  ['verify', '--at', 'v2'],
  ['merge', 'theirs', '--no-commit', '--dry-run'],
];

describe('a library in shards', () => saysTheSame(reading));
