import type { LoggedVersion } from '../../app/ledger/versions.ts';
import type { Terminal } from '../terminal.ts';
import { cleanLine, cleanText } from './clean-text.ts';
import { comparisonSummary, printComparison } from './experiences.ts';
import { printFolded } from './fold-line.ts';
import { count } from './train-lines.ts';

/** How much of a version is told: a line, all about it, that with counts of what it changed, or with every change. */
export type VersionDetail = 'line' | 'all' | 'stat' | 'patch';

export function printVersion(logged: LoggedVersion, detail: VersionDetail, terminal: Terminal): void {
  const { version, id, commit, tags, signatures, changes } = logged;
  const names = tags.length === 0 ? '' : ` (${tags.map(cleanLine).join(', ')})`;
  const name = `${terminal.style('yellow', version)}${names}`;
  if (detail === 'line') {
    printFolded(`${name}  ${id.slice(0, 12)}  ${cleanLine(commit.message.split('\n', 1)[0] ?? '')}`, 4, terminal);
    return;
  }
  terminal.print(`${name}  ${cleanLine(commit.time)}  ${cleanLine(commit.author)}`);
  for (const line of cleanText(commit.message).trimEnd().split('\n')) printFolded(`  ${line.trimEnd()}`, 2, terminal);
  terminal.print(`  ${count(commit.size, 'experience')}, root ${commit.recordsRoot}`);
  terminal.print(`  commit ${id}${commit.parents.length > 1 ? ', a merge' : ''}`);
  for (const { algorithm, publicKey, valid } of signatures)
    terminal.print(`  ${valid ? 'signed' : 'BAD SIGNATURE'}: ${algorithm} ${publicKey.slice(0, 66)}`);
  if (detail === 'all') return;
  if (changes === null) {
    terminal.print('  its records are not in this copy (zoo fetch)');
    return;
  }
  terminal.print(`  ${comparisonSummary(changes)}`);
  if (detail === 'patch') printComparison(changes, terminal, 2);
}
