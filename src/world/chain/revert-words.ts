import { governorWords } from './revert-words/governor.ts';
import { registryWords } from './revert-words/registry.ts';
import { tokenWords } from './revert-words/token.ts';
import { treasuryWords } from './revert-words/treasury.ts';
import { vaultWords } from './revert-words/vault.ts';
import type { RevertWords, Vocabulary } from './revert-words/word.ts';

const known: Vocabulary = { ...governorWords, ...vaultWords, ...registryWords, ...tokenWords, ...treasuryWords };

/**
 * What an error of the contracts means for who called, and what to do about it. An error that is not of this version of
 * the contracts is told by its name.
 */
export function revertWords(name: string, args: readonly unknown[]): RevertWords {
  return (
    known[name]?.(args) ?? {
      message: `the contract refuses: ${name}(${args.map(String).join(', ')})`,
      hint: 'It may be of another version than this zoo knows: check --registry (ZOO_REGISTRY), or update zoo.',
    }
  );
}
