import { describe, expect, it } from 'vitest';
import { mergedInterface } from '../../../src/world/chain/artifacts.ts';
import { explainError } from '../../../src/world/chain/explain-error.ts';
import { revertWords } from '../../../src/world/chain/revert-words.ts';

/** What a node answers when a contract throws. */
function revert(name: string, args: readonly unknown[]): unknown {
  const data = mergedInterface().encodeErrorResult(name, [...args]);
  return Object.assign(new Error('execution reverted'), { code: 'CALL_EXCEPTION', data });
}

const one = `0x${'11'.repeat(20)}`;

describe('explainError', () => {
  it.each([
    ['GovernorUnexpectedProposalState', [7n, 1, `0x${'00'.repeat(32)}`], 'proposal 7 is active'],
    ['ERC20InsufficientBalance', [one, 5n * 10n ** 18n, 10n ** 21n], 'holds 5.0 KEEPER, and this takes 1000.0 KEEPER'],
    ['ZooGovernorAlreadyVoted', [7n, one], 'voted on proposal 7 already'],
    ['VaultNotSettleable', [7n, 5], 'while it is queued'],
    ['RegistryLibraryTooLarge', [1001n, 1000n], 'holds 1001 experiences; the registry takes 1000'],
    ['RegistryEmptyField', ['logRoot'], 'needs a logRoot'],
  ])('tells %s in words', (name, args, words) => {
    const error = explainError(revert(name, args), 'http://node');
    expect(error).toMatchObject({ code: 'reverted', data: { error: name } });
    expect(error.message).toContain(words);
  });

  it('tells every error of the contracts in words of its own, with what to do, and none as a defect of the node', () => {
    const errors = mergedInterface().fragments.filter(({ type }) => type === 'error');
    expect(errors.length).toBeGreaterThan(60);
    mergedInterface().forEachError((fragment) => {
      const args = fragment.inputs.map(({ type }) =>
        type === 'address'
          ? one
          : type === 'string'
            ? 'x'
            : type === 'bytes32'
              ? `0x${'00'.repeat(32)}`
              : type === 'bytes'
                ? '0x'
                : 1n,
      );
      const error = explainError(revert(fragment.name, args), 'http://node');
      expect(error.code).toBe('reverted');
      expect(error.data?.['error']).toBe(fragment.name);
      expect(error.message, fragment.name).not.toContain(fragment.name);
      expect(error.message, fragment.name).not.toMatch(/undefined|NaN|Invalid Date/);
      expect(error.hint?.length, fragment.name).toBeGreaterThan(10);
    });
  });

  it('tells by name an error that is of another version of the contracts', () => {
    expect(revertWords('VaultMoved', [1n]).message).toContain('VaultMoved(1)');
  });

  it('finds the reason where the node wraps it', () => {
    const { data } = revert('VaultNothingToWithdraw', [one]) as { data: string };
    const wrapped = Object.assign(new Error('could not coalesce error'), { info: { error: { code: 3, data } } });
    expect(explainError(wrapped, 'http://node').message).toContain('owes this account nothing');
  });
});
