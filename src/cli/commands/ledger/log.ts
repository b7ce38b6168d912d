import type { Invocation } from '../../invocation.ts';
import { optionalNumberFlag } from '../../number-flag.ts';
import { cleanLine } from '../../view/clean-text.ts';
import { comparisonLines, comparisonSummary } from '../../view/experiences.ts';
import { count } from '../../view/train-lines.ts';

/** `zoo ledger log`: the versions, the newest first. */
export async function log(invocation: Invocation): Promise<void> {
  const { terminal, flags } = invocation;
  if (flags['arweave'] === true) return await (await import('./log-archives.ts')).logArchives(invocation);
  const { ledgerLog } = await import('../../../app/ledger/versions.ts');
  const [patch, stat] = [flags['patch'] === true, flags['stat'] === true];
  const limit = optionalNumberFlag(invocation, 'limit', { least: 1, whole: true });
  const versions = await ledgerLog(await invocation.config(), limit, patch || stat);
  terminal.document({ versions });
  if (versions.length === 0)
    terminal.message('info', 'The library has no version yet; "zoo ledger commit" or "zoo train" makes one.');
  for (const { version, id, commit, tags, signatures, changes } of versions) {
    const names = tags.length === 0 ? '' : ` (${tags.map(cleanLine).join(', ')})`;
    terminal.print(
      `${terminal.style('yellow', version)}${names}  ${cleanLine(commit.time)}  ${cleanLine(commit.author)}`,
    );
    terminal.print(`  ${cleanLine(commit.message)}`);
    terminal.print(`  ${count(commit.size, 'experience')}, root ${commit.recordsRoot}`);
    terminal.print(`  commit ${id}${commit.parents.length > 1 ? ', a merge' : ''}`);
    for (const { algorithm, publicKey, valid } of signatures)
      terminal.print(`  ${valid ? 'signed' : 'BAD SIGNATURE'}: ${algorithm} ${publicKey.slice(0, 66)}`);
    if (changes !== null) {
      terminal.print(`  ${comparisonSummary(changes)}`);
      if (patch) for (const line of comparisonLines(changes, terminal)) terminal.print(`  ${line}`);
    } else if (patch || stat) terminal.print('  its records are not in this copy (zoo fetch)');
  }
}
