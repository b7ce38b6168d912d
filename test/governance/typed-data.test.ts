import { TypedDataEncoder } from 'ethers';
import { describe, expect, it } from 'vitest';
import { readTypedData, typedDataLines } from '../../src/governance/typed-data.ts';

const data = {
  types: {
    EIP712Domain: [{ name: 'chainId', type: 'uint256' }],
    Mail: [
      { name: 'to', type: 'Person[][2]' },
      { name: 'text', type: 'string' },
    ],
    Person: [{ name: 'wallet', type: 'address' }],
    Unused: [{ name: 'x', type: 'uint8' }],
  },
  primaryType: 'Mail',
  domain: { name: 'Post', chainId: '0x7a69' },
  message: { to: [], text: 'Hello' },
};

describe('typed data', () => {
  it('keeps the types that the primary one is made of, and no others', () => {
    const read = readTypedData(JSON.stringify(data), 'data.json', 31_337);
    expect(Object.keys(read.types)).toEqual(['Mail', 'Person']);
    expect(TypedDataEncoder.from(read.types).primaryType).toBe('Mail');
    expect(typedDataLines(read)).toContain('  text: Hello');
  });

  it.each([
    ['another chain', { domain: { ...data.domain, chainId: 1 } }, 'wrong-chain'],
    ['no primary type', { primaryType: 'Letter' }, 'invalid-typed-data'],
    ['a primary type of objects', { primaryType: 'toString' }, 'invalid-typed-data'],
    ['a domain with more', { domain: { ...data.domain, more: 1 } }, 'invalid-data'],
    ['no message', { message: undefined }, 'invalid-data'],
  ])('refuses %s', (_, change, code) => {
    const text = JSON.stringify({ ...data, ...change });
    expect(() => readTypedData(text, 'data.json', 31_337)).toThrow(expect.objectContaining({ code }));
  });
});
