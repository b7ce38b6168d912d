import type { Invocation } from '../../invocation.ts';
import { optionalNumberFlag } from '../../number-flag.ts';
import { type VersionDetail, printVersion } from '../../view/versions.ts';

/** `zoo ledger log`: the versions, the newest first. */
export async function log(invocation: Invocation): Promise<void> {
  const { terminal, flags } = invocation;
  if (flags['arweave'] === true) return await (await import('./log-archives.ts')).logArchives(invocation);
  const { ledgerLog } = await import('../../../app/ledger/versions.ts');
  const limit = optionalNumberFlag(invocation, 'limit', { least: 1, whole: true });
  const detail = detailOf(flags);
  const versions = await ledgerLog(await invocation.config(), limit, detail === 'stat' || detail === 'patch');
  terminal.document({ versions });
  if (versions.length === 0)
    terminal.message('info', 'The library has no version yet; "zoo ledger commit" or "zoo train" makes one.');
  for (const version of versions) printVersion(version, detail, terminal);
}

function detailOf(flags: Invocation['flags']): VersionDetail {
  if (flags['patch'] === true) return 'patch';
  if (flags['stat'] === true) return 'stat';
  return flags['oneline'] === true ? 'line' : 'all';
}
