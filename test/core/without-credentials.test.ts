import { expect, it } from 'vitest';
import { withoutCredentials } from '../../src/core/without-credentials.ts';

it.each([
  ['http://user:pa@ss@host:1/v1', 'http://host:1/v1'],
  ['https://host/v1?api_key=abc&version=2', 'https://host/v1?api_key=(hidden)&version=(hidden)'],
  ['kubo:http://me:secret@127.0.0.1:5001', 'kubo:http://127.0.0.1:5001'],
  ['http://host/a@b', 'http://host/a@b'],
  ['me@example.org?x=1', 'me@example.org?x=1'],
])('%s is shown as %s', (text, shown) => {
  expect(withoutCredentials(text)).toBe(shown);
});
