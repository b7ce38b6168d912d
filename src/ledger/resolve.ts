import { ZooError, exitCode } from '../core/error.ts';
import type { CommitEntry } from './history.ts';

/**
 * The version that a reference names: `v3`, `HEAD`, `HEAD~2`, a tag, a commit's id, a recordsRoot, or at least eight
 * hexadecimal digits that only one of them begins with. `0x` in front of hexadecimal is taken as well.
 *
 * @throws ZooError `unknown-version`, `ambiguous-version`
 */
export function resolveVersion(
  reference: string,
  history: readonly CommitEntry[],
  tags: ReadonlyMap<string, string>,
): CommitEntry {
  const back = /^HEAD(?:~(\d{1,9}))?$/.exec(reference);
  if (back !== null) return existing(history.at(-1 - Number(back[1] ?? 0)), reference, history);
  const numbered = /^v([1-9]\d{0,9})$/.exec(reference);
  if (numbered !== null) return existing(history[Number(numbered[1]) - 1], reference, history);
  const tagged = tags.get(reference);
  if (tagged !== undefined)
    return existing(
      history.find(({ id }) => id === tagged),
      reference,
      history,
    );
  const digits = reference.replace(/^0x/, '').toLowerCase();
  if (!/^[0-9a-f]{8,64}$/.test(digits)) return existing(undefined, reference, history);
  const found = history.filter(({ id, commit }) => id.startsWith(digits) || commit.recordsRoot.startsWith(digits));
  // A root that was in force twice, as after a revert, names its latest version.
  if (new Set(found.map(({ commit }) => commit.recordsRoot)).size <= 1)
    return existing(found.at(-1), reference, history);
  throw new ZooError('ambiguous-version', `${reference} begins more than one commit or root`, {
    exitCode: exitCode.usage,
    hint: `Give more digits; it may be ${found.map(({ version }) => version).join(' or ')}.`,
  });
}

function existing(entry: CommitEntry | undefined, reference: string, history: readonly CommitEntry[]): CommitEntry {
  if (entry !== undefined) return entry;
  const newest = history.at(-1)?.version;
  throw new ZooError('unknown-version', `the library has no version ${reference}`, {
    exitCode: exitCode.usage,
    hint:
      newest === undefined
        ? 'It has no version yet: make one with "zoo ledger commit" or "zoo train".'
        : `Its versions are v1 to ${newest}; "zoo ledger log" lists them.`,
  });
}
